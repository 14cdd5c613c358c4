import {
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { dynamoLedger } from '../../lib/aws/ledger.ts';
import type { StoredEvent } from '../../lib/domain/event.ts';
import type { Browser } from '../../local/browser.ts';
import { type TestStack, startTestStack } from '../support/stack.ts';

let stack: TestStack;
let engineer: Browser;
/** Behind the local AWS's back, where no policy is asked: as somebody who owns the account could. */
let byHand: DynamoDBClient;

beforeAll(async () => {
  stack = await startTestStack();
  engineer = await stack.signedIn('engineer@example.com');
  const credentials = { accessKeyId: 'by', secretAccessKey: 'hand' };
  byHand = new DynamoDBClient({ endpoint: stack.dynamodbEndpoint, region: 'eu-west-1', credentials });
});
afterAll(async () => {
  byHand.destroy();
  await stack.close();
});

const table = (logicalId: string): string => stack.template.tables[logicalId]?.createTable.TableName ?? '';

const asked = async (): Promise<{ id: string; key: { stream: { S: string }; seq: { N: string } } }> => {
  const { json } = await engineer.call('POST', '/v1/requests', {
    entitlementId: 'prod-read',
    justification: 'Looking at logs',
    durationSeconds: 900,
  });
  const { id } = json['request'] as { id: string };
  await stack.ledgerStream.poll();
  return { id, key: { stream: { S: `request#${id}` }, seq: { N: '0' } } };
};

/** All alarms there are: a test that runs over midnight finds those of both days. */
const alarms = async (): Promise<readonly StoredEvent[]> => {
  const { Items = [] } = await byHand.send(new ScanCommand({ TableName: table('LedgerTable'), ConsistentRead: true }));
  const streams = new Set(Items.map(({ stream }) => stream?.S ?? '').filter((name) => name.startsWith('alarm#')));
  const ledger = dynamoLedger({ client: byHand, table: table('LedgerTable') });
  return (await Promise.all([...streams].map((stream) => ledger.read(stream)))).flat();
};

const alarmsOf = async (id: string) =>
  (await alarms()).filter(({ data }) => 'stream' in data && data.stream === `request#${id}`);

describe('somebody with the keys to the table', () => {
  test('overwrites an event: ledger.altered within a look, and the request is closed to everybody', async () => {
    const { id, key } = await asked();
    const TableName = table('LedgerTable');
    const { Item = {} } = await byHand.send(new GetItemCommand({ TableName, Key: key, ConsistentRead: true }));
    const canonical = Item['canonical']?.S?.replace('"durationSeconds":900', '"durationSeconds":3600') ?? '';
    expect(canonical).not.toBe(Item['canonical']?.S);
    await byHand.send(new PutItemCommand({ TableName, Item: { ...Item, canonical: { S: canonical } } }));

    await stack.ledgerStream.poll();
    expect(await alarmsOf(id)).toMatchObject([
      {
        type: 'ledger.altered',
        stream: expect.stringMatching(/^alarm#\d{4}-\d\d-\d\d$/),
        data: { seq: 0, change: 'modify' },
      },
    ]);
    expect(stack.logged.filter((line) => line.includes('"message":"ledger.altered"'))).toHaveLength(1);
    for (const [method, path] of [
      ['GET', `/v1/requests/${id}`],
      ['POST', `/v1/requests/${id}/credentials`],
    ] as const) {
      const { status, json } = await engineer.call(method, path);
      expect([status, json['code']]).toEqual([503, 'ledger_unavailable']);
    }
    // Told once: the next looks say nothing more.
    await stack.ledgerStream.poll();
    expect(await alarmsOf(id)).toHaveLength(1);
  });

  test('deletes an event: ledger.altered', async () => {
    const { id, key } = await asked();
    await byHand.send(new DeleteItemCommand({ TableName: table('LedgerTable'), Key: key }));
    await stack.ledgerStream.poll();
    expect(await alarmsOf(id)).toMatchObject([{ data: { seq: 0, change: 'remove' } }]);
  });
});

test('a summary that was lost is in the list again with the next event of its request', async () => {
  const { id } = await asked();
  const listed = async () => {
    const { json } = await engineer.call('GET', '/v1/requests');
    return (json['requests'] as { id: string }[]).some((request) => request.id === id);
  };
  const Key = { pk: { S: `request#${id}` }, sk: { S: 'summary' } };
  await byHand.send(new DeleteItemCommand({ TableName: table('IndexTable'), Key }));
  expect(await listed()).toBe(false);
  expect((await engineer.call('POST', `/v1/requests/${id}/credentials`)).status).toBe(200);
  await stack.ledgerStream.poll();
  expect(await listed()).toBe(true);
});

test('all of it with no more than its own role may', () => {
  const own = stack.aws.calls.filter(({ principal }) => principal?.includes('hatcheck-dev-on-ledger-event') === true);
  expect(own.filter(({ decision }) => decision === 'denied')).toStrictEqual([]);
  expect([...new Set(own.map(({ action }) => action))].sort()).toEqual(['dynamodb:PutItem', 'dynamodb:Query']);
});
