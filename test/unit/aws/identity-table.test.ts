import { once } from 'node:events';
import { type Server, createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { type AttributeValue, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import * as z from 'zod/mini';
import { dynamoAttempts } from '../../../lib/aws/attempts.ts';
import { dynamoDirectory } from '../../../lib/aws/directory.ts';
import { dynamoReplayGuard } from '../../../lib/aws/replay-guard.ts';
import { dynamoSessions } from '../../../lib/aws/sessions.ts';
import { dynamoTexts } from '../../../lib/aws/texts.ts';
import { hashText } from '../../../lib/broker/text.ts';
import type { Principal } from '../../../lib/domain/principal.ts';
import { clientOf, faultyClient, timeout } from '../../contract/faults.ts';
import { type TestDynamoDb, startDynamoDb } from '../../support/dynamodb.ts';

const NOW = '2026-01-01T12:00:00.500Z';
const clock = { now: () => NOW };

const principal: Principal = {
  handle: 'p_a',
  issuer: 'https://idp.example.com',
  subject: 's',
  kind: 'person',
  groups: [],
  groupsAt: NOW,
  authenticatedAt: NOW,
  methods: [],
};

const session = {
  principal,
  via: 'bearer' as const,
  tokenHash: 'hash',
  createdAt: NOW,
  expiresAt: '2026-01-01T12:15:00.500Z',
};

const attempt = {
  stateHash: 'state',
  provider: 'okta',
  browserHash: 'b',
  returnTo: '/',
  expiresAt: '2026-01-01T12:10:00.500Z',
};

describe('the identity table', () => {
  let db: TestDynamoDb;
  const warn = jest.fn();
  const at = () => ({ client: db.client, table: db.tables.identity, clock, warn });
  const itemAt = async (pk: string, sk: string) =>
    (await db.client.send(new GetItemCommand({ TableName: db.tables.identity, Key: { pk: { S: pk }, sk: { S: sk } } })))
      .Item;
  const putByHand = (item: Record<string, AttributeValue>) =>
    db.client.send(new PutItemCommand({ TableName: db.tables.identity, Item: item }));

  beforeAll(async () => {
    db = await startDynamoDb();
  });
  afterAll(() => db.close());

  test('each kind of item has a key of its own kind, and a sweep time in whole seconds, rounded up', async () => {
    await dynamoSessions(at()).put(session);
    await dynamoAttempts(at()).put(attempt);
    await dynamoReplayGuard(at()).burn('key', '2026-01-01T12:01:00.001Z');
    const seconds = (iso: string) => ({ N: String(Date.parse(iso) / 1000) });
    expect((await itemAt('session#p_a', 'hash'))?.['expiresAt']).toEqual(seconds('2026-01-02T12:15:01Z'));
    expect((await itemAt('attempt#state', 'attempt'))?.['expiresAt']).toEqual(seconds('2026-01-01T12:10:01Z'));
    expect((await itemAt('replay#key', 'replay'))?.['expiresAt']).toEqual(seconds('2026-01-01T12:01:01Z'));
  });

  test('names and texts are kept until somebody is forgotten', async () => {
    const ref = { id: 't', hash: hashText('s', 'x') };
    await dynamoDirectory(at()).remember(principal);
    await dynamoTexts(at()).put('p_a', ref, { salt: 's', text: 'x' });
    expect(await itemAt('person#p_a', 'person')).not.toHaveProperty('expiresAt');
    expect(await itemAt('text#p_a', 't')).not.toHaveProperty('expiresAt');
  });

  test.each([
    ['not JSON', '{'],
    ['another shape', '{"principal":{}}'],
    ['no object', '7'],
    ["somebody else's session", JSON.stringify({ ...session, principal: { ...principal, handle: 'p_b' } })],
    ['the session of another token', JSON.stringify({ ...session, tokenHash: 'other' })],
  ])('a session item that holds %s is no session', async (_what, body) => {
    await putByHand({ pk: { S: 'session#p_forged' }, sk: { S: 'hash' }, body: { S: body } });
    expect(await dynamoSessions(at()).get('p_forged', 'hash')).toBeUndefined();
  });

  test("another attempt's content under this state is no attempt", async () => {
    await putByHand({ pk: { S: 'attempt#x' }, sk: { S: 'attempt' }, body: { S: JSON.stringify(attempt) } });
    expect(await dynamoAttempts(at()).take('x')).toBeUndefined();
  });

  test.each([
    ['altered', JSON.stringify({ salt: 's', text: 'altered' })],
    ['not JSON', '{'],
    ['without a salt', JSON.stringify({ text: 'text' })],
    ['with a salt that no text is hashed under', JSON.stringify({ salt: '\0', text: 'text' })],
  ])('a text that is %s counts as absent, and somebody is told', async (_what, body) => {
    await putByHand({ pk: { S: 'text#p_t' }, sk: { S: 'id' }, body: { S: body } });
    warn.mockClear();
    const ref = { id: 'id', hash: hashText('s', 'text') };
    const texts = await dynamoTexts(at()).get([{ author: 'p_t', ref }]);
    expect(texts.size).toBe(0);
    expect(warn.mock.calls).toEqual([[expect.any(String), new Error('["text#p_t","id"]')]]);
  });

  test('a name of another shape is nobody', async () => {
    await putByHand({ pk: { S: 'person#p_odd' }, sk: { S: 'person' }, body: { S: '{"email":7}' } });
    expect((await dynamoDirectory(at()).get(['p_odd'])).size).toBe(0);
  });

  describe('when DynamoDB does not answer', () => {
    const broken = (command: string, when: 'before' | 'after' = 'before') => ({
      ...at(),
      client: faultyClient(db.endpoint, { command, when, each: 'call', error: timeout() }).client,
    });
    const ref = { id: 't9', hash: hashText('s', 'x') };

    test.each<[string, () => Promise<unknown>]>([
      ['storing a session', () => dynamoSessions(broken('PutItem')).put(session)],
      ['reading a session', () => dynamoSessions(broken('GetItem')).get('p_a', 'hash')],
      ['reading when it was used', () => dynamoSessions(broken('GetItem')).lastSeen('p_a', 'hash')],
      ['reading when all were used', () => dynamoSessions(broken('Query')).allSeen('p_a')],
      [
        'storing when it was used',
        () => dynamoSessions(broken('PutItem')).markSeen('p_a', { id: 'hash', at: NOW }, NOW),
      ],
      ['removing a session', () => dynamoSessions(broken('DeleteItem')).remove('p_a', 'hash')],
      ['storing an attempt', () => dynamoAttempts(broken('PutItem')).put(attempt)],
      ['taking an attempt', () => dynamoAttempts(broken('DeleteItem')).take('state')],
      ['burning', () => dynamoReplayGuard(broken('PutItem')).burn('k', NOW)],
      ['remembering a name', () => dynamoDirectory(broken('PutItem')).remember(principal)],
      ['reading names', () => dynamoDirectory(broken('BatchGetItem')).get(['p_a'])],
      ['storing a text', () => dynamoTexts(broken('PutItem')).put('p_a', ref, { salt: 's', text: 'x' })],
      ['reading texts', () => dynamoTexts(broken('BatchGetItem')).get([{ author: 'p_a', ref }])],
    ])('%s is ledger_unavailable, with the cause', async (_what, act) => {
      await expect(act()).rejects.toMatchObject({ code: 'ledger_unavailable', cause: { name: 'TimeoutError' } });
    });

    test('and the attempt was taken all the same, nobody gets it: the sign-in begins anew', async () => {
      await dynamoAttempts(at()).put(attempt);
      await expect(dynamoAttempts(broken('DeleteItem', 'after')).take('state')).rejects.toMatchObject({
        code: 'ledger_unavailable',
      });
      expect(await dynamoAttempts(at()).take('state')).toBeUndefined();
    });
  });

  describe('when DynamoDB gives less than was asked for', () => {
    const batch = z.object({ RequestItems: z.record(z.string(), z.object({ Keys: z.array(z.looseObject({})) })) });
    let server: Server;
    let meanTurns = 0;
    const directory = () => {
      const { port } = z.object({ port: z.number() }).parse(server.address());
      return dynamoDirectory({ client: clientOf(`http://127.0.0.1:${port}`), table: 'identity', clock });
    };

    /** Leaves all but the first key of a batch unread, as often as `meanTurns` says. */
    beforeAll(async () => {
      server = createServer((request, response) => {
        void json(request).then((body) => {
          const Keys = batch.parse(body).RequestItems['identity']?.Keys ?? [];
          meanTurns -= 1;
          const read = meanTurns < 0 ? Keys : Keys.slice(0, 1);
          const left = Keys.slice(read.length);
          const items = read.map((key) => ({ ...key, body: { S: '{}' } }));
          response.setHeader('content-type', 'application/x-amz-json-1.0').end(
            JSON.stringify({
              Responses: { identity: items },
              UnprocessedKeys: left.length === 0 ? {} : { identity: { Keys: left } },
            }),
          );
        });
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
    });
    afterAll(() => {
      server.closeAllConnections();
      server.close();
    });

    test('the rest is asked for again', async () => {
      meanTurns = 2;
      expect([...(await directory().get(['p_1', 'p_2', 'p_3', 'p_4'])).keys()]).toEqual(['p_1', 'p_2', 'p_3', 'p_4']);
    });

    test('time and again, it is ledger_unavailable rather than a list that lacks some', async () => {
      meanTurns = 9;
      const many = Array.from({ length: 9 }, (_, n) => `p_x${n}`);
      await expect(directory().get(many)).rejects.toMatchObject({ code: 'ledger_unavailable' });
    });
  });
});
