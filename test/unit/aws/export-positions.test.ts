import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { dynamoExportPositions } from '../../../lib/aws/export-positions.ts';
import { type TestDynamoDb, startDynamoDb } from '../../support/dynamodb.ts';

let database: TestDynamoDb;
beforeAll(async () => {
  database = await startDynamoDb();
});
afterAll(() => database.close());

const positions = () => dynamoExportPositions({ client: database.client, table: database.tables.index });
const put = (members: object) =>
  database.client.send(
    new PutItemCommand({
      TableName: database.tables.index,
      Item: { pk: { S: 'export' }, sk: { S: 'position' }, ...members },
    }),
  );

test('there is none at first, and then it is the last one that was written', async () => {
  expect(await positions().read()).toBeUndefined();
  await positions().write({ checkpoint: 1, log: 2, part: 0 });
  await positions().write({ checkpoint: 2, log: 4, part: 3 });
  expect(await positions().read()).toEqual({ checkpoint: 2, log: 4, part: 3 });
});

test.each([
  ['without a member', { checkpoint: { N: '1' }, log: { N: '2' } }],
  ['of texts', { checkpoint: { S: '1' }, log: { N: '2' }, part: { N: '0' } }],
  ['before the beginning', { checkpoint: { N: '-1' }, log: { N: '2' }, part: { N: '0' } }],
])('one %s counts as none', async (_, members) => {
  await put(members);
  expect(await positions().read()).toBeUndefined();
});

test('a table that cannot be reached is ledger_unavailable', async () => {
  const nowhere = dynamoExportPositions({ client: database.client, table: 'no-such-table' });
  await expect(nowhere.read()).rejects.toMatchObject({ code: 'ledger_unavailable' });
  await expect(nowhere.write({ checkpoint: 0, log: 0, part: 0 })).rejects.toMatchObject({
    code: 'ledger_unavailable',
  });
});
