import { PutItemCommand, QueryCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { dynamoSearchIndex } from '../../../lib/aws/search-index.ts';
import { searchLedger } from '../../../lib/broker/search/search.ts';
import { foundSignIn } from '../../contract/search.contract.ts';
import { auditor } from '../../support/builders.ts';
import { type TestDynamoDb, startDynamoDb } from '../../support/dynamodb.ts';
import { memoryClock, memoryDesk } from '../../support/memory.ts';

const SPAN = { from: '2026-01-01T00:00:00.000Z', before: '2026-03-01T00:00:00.000Z', limit: 9 };

describe('what is found, in the index table', () => {
  let db: TestDynamoDb;
  const warn = jest.fn();
  const index = () => dynamoSearchIndex({ client: db.client, table: db.tables.index, warn });

  beforeAll(async () => {
    db = await startDynamoDb();
  });
  afterAll(() => db.close());

  const keys = async () => {
    const { Items = [] } = await db.client.send(new ScanCommand({ TableName: db.tables.index }));
    return Items.map((item) => item['pk']?.S ?? '').toSorted();
  };

  test('stands under keys that begin with what the role may write, a value with a # encoded', async () => {
    const found = foundSignIn('p_one', '2026-02-03T00:00:00.000Z', { ticket: 'OPS#1' });
    await index().putEvent(found);
    expect(await keys()).toEqual([
      'find#everything##2026-02',
      'find#person#p_one#2026-02',
      'find#ticket#OPS%231#2026-02',
      'find#type#signin.succeeded#2026-02',
    ]);
  });

  test.each([
    ['not JSON', '{'],
    ['of another shape', '{"eventId":"e"}'],
    ['of a type that there is none of', JSON.stringify({ ...foundSignIn('p', SPAN.from), type: 'x.y' })],
  ])('an item that is %s is left out and told, and the pages go on behind it', async (_what, json) => {
    warn.mockClear();
    const [older, newer] = ['2026-02-03T00:00:00.000Z', '2026-02-05T00:00:00.000Z'].map((at) =>
      foundSignIn('p_bad', at),
    );
    for (const found of [older!, newer!]) await index().putEvent(found);
    const Item = {
      pk: { S: 'find#person#p_bad#2026-02' },
      sk: { S: '2026-02-04T00:00:00.000Z#bad' },
      found: { S: json },
    };
    await db.client.send(new PutItemCommand({ TableName: db.tables.index, Item }));
    const { items } = await index().events({ facet: 'person', value: 'p_bad' }, SPAN);
    expect(items.filter(({ at }) => at !== SPAN.from).length).toBeGreaterThanOrEqual(2);
    expect(items.every(({ type }) => type === 'signin.succeeded')).toBe(true);
    expect(warn).toHaveBeenCalled();
  });

  test('a search asks the index by its keys alone: no scan, nothing of the ledger, and months of nothing side by side', async () => {
    const sent: unknown[] = [];
    const client = {
      send: (command: QueryCommand) => {
        sent.push(command);
        return db.client.send(command);
      },
    } as unknown as TestDynamoDb['client'];
    const unread = () => Promise.reject(new TypeError('the search reads no ledger'));
    const desk = {
      ...memoryDesk({ clock: memoryClock('2028-01-15T00:00:00.000Z') }),
      ledger: { read: unread, last: unread, append: unread },
      search: dynamoSearchIndex({ client, table: db.tables.index, warn }),
    };
    await searchLedger(desk, auditor, { limit: 50, person: 'p_one', from: '2027-12-01T00:00:00.000Z' });
    expect(sent).toHaveLength(5);
    sent.length = 0;
    await searchLedger(desk, auditor, { limit: 50, person: 'p_one' });
    expect(sent).toHaveLength(25);
    for (const command of sent) {
      expect(command).toBeInstanceOf(QueryCommand);
      expect((command as QueryCommand).input).toMatchObject({ TableName: db.tables.index });
      expect((command as QueryCommand).input).not.toHaveProperty('FilterExpression');
    }
  });
});
