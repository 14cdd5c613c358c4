import { type AttributeValue, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { dynamoSummaries } from '../../../lib/aws/summaries.ts';
import { positionOf } from '../../../lib/broker/summary.ts';
import { faultyClient, timeout } from '../../contract/faults.ts';
import { pending } from '../../contract/requests.ts';
import { type TestDynamoDb, startDynamoDb } from '../../support/dynamodb.ts';

describe('the index table', () => {
  let db: TestDynamoDb;
  const warn = jest.fn();
  const at = () => ({ client: db.client, table: db.tables.index, warn });
  const itemsOf = async (id: string) => {
    const { Items = [] } = await db.client.send(
      new QueryCommand({
        TableName: db.tables.index,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: `request#${id}` } },
      }),
    );
    return new Map(Items.map((item) => [item['sk']?.S, item]));
  };
  const putByHand = (item: Record<string, AttributeValue>) =>
    db.client.send(new PutItemCommand({ TableName: db.tables.index, Item: item }));

  beforeAll(async () => {
    db = await startDynamoDb();
  });
  afterAll(() => db.close());

  test('a request is one item, one for each group, and one for each thing that falls due; only open ones are in the index of the pending', async () => {
    const summary = pending(1, ['sre-leads', 'security', 'security']);
    await dynamoSummaries(at()).put(summary);
    const open = await itemsOf(summary.id);
    expect([...open.keys()]).toEqual([
      'approver#security',
      'approver#sre-leads',
      'due#approval_reminder',
      'due#lapse',
      'summary',
    ]);
    expect(open.get('approver#security')).toMatchObject({ pendingGroup: { S: 'security' } });
    expect(open.get('summary')).not.toHaveProperty('pendingGroup');
    await dynamoSummaries(at()).put({ ...summary, seq: 1, closed: { kind: 'denied', by: 'p', at: summary.createdAt } });
    expect((await itemsOf(summary.id)).get('approver#security')).not.toHaveProperty('pendingGroup');
  });

  test('requests of a month are spread over four partitions', async () => {
    const summaries = Array.from({ length: 40 }, (_, n) => pending(100 + n, []));
    await Promise.all(summaries.map((summary) => dynamoSummaries(at()).put(summary)));
    const shards = await Promise.all(
      summaries.map(async ({ id }) => (await itemsOf(id)).get('summary')?.['monthShard']?.S ?? ''),
    );
    expect([...new Set(shards)].toSorted()).toEqual(['2026-01#0', '2026-01#1', '2026-01#2', '2026-01#3']);
  });

  test.each([
    ['not JSON', '{'],
    ['of another shape', '{"id":"r_1"}'],
  ])('an item that is %s is left out and told, and the list goes on behind it', async (_what, json) => {
    const requester = `p_${json.length}`;
    const [newest, odd, oldest] = [3, 2, 1].map((n) => pending(200 + 10 * json.length + n, [], { requester }));
    warn.mockClear();
    const summaries = dynamoSummaries(at());
    await summaries.put(newest!);
    await summaries.put(oldest!);
    await putByHand({
      pk: { S: `request#${odd!.id}` },
      sk: { S: 'summary' },
      requester: { S: requester },
      createdKey: { S: positionOf(odd!) },
      seq: { N: '0' },
      summary: { S: json },
    });
    const first = await summaries.ofRequester(requester, { limit: 2 });
    expect(first.items).toEqual([newest]);
    expect(warn.mock.calls).toEqual([[expect.any(String), new Error(`request#${odd!.id} summary`)]]);
    expect(await summaries.ofRequester(requester, { limit: 2, after: first.next ?? '' })).toEqual({ items: [oldest] });
  });

  describe('when DynamoDB does not answer', () => {
    const broken = (command: string) =>
      dynamoSummaries({
        ...at(),
        client: faultyClient(db.endpoint, { command, when: 'before', each: 'call', error: timeout() }).client,
      });
    const page = { limit: 1 };

    test.each<[string, () => Promise<unknown>]>([
      ['a put', () => broken('PutItem').put(pending(1, ['g']))],
      ['the list of a requester', () => broken('Query').ofRequester('p', page)],
      ['the list of approvers', () => broken('Query').ofApprovers(['g'], { ...page, open: true })],
      ['the list of everybody', () => broken('Query').ofEverybody({ ...page, now: '2026-01-01T00:00:00.000Z' })],
    ])('%s is ledger_unavailable', async (_what, act) => {
      await expect(act()).rejects.toMatchObject({ code: 'ledger_unavailable', cause: { name: 'TimeoutError' } });
    });
  });
});
