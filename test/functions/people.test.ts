import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { dynamoFamilies } from '../../lib/aws/refresh-families.ts';
import type { StoredEvent } from '../../lib/domain/event.ts';
import { plusSeconds } from '../../lib/domain/time.ts';
import { type TestBroker, startBroker } from '../support/broker.ts';

let broker: TestBroker;
let engineer: string;
let security: string;

beforeAll(async () => {
  broker = await startBroker();
});
afterAll(() => broker.close());
beforeEach(async () => {
  engineer = await broker.signIn('engineer', ['engineering', 'sre']);
  security = await broker.signIn('security', ['security']);
});

const handleOf = (token: string): string => token.split('.')[0] ?? '';

const end = (
  token: string | undefined,
  handle = handleOf(engineer),
  body: object = { reason: 'the laptop is stolen' },
) => broker.call(token, 'DELETE', `/v1/people/${handle}/sessions`, body);

const reads = async (token: string): Promise<number> => (await broker.call(token, 'GET', '/v1/requests')).status;

const events = (handle = handleOf(engineer)): Promise<readonly StoredEvent[]> => broker.ledger.read(`person#${handle}`);

describe('DELETE /v1/people/{id}/sessions', () => {
  test('ends all that somebody has, on record by whom, and says how many they were', async () => {
    const second = await broker.signIn('engineer', ['engineering']);
    const { database, clock } = broker;
    const families = dynamoFamilies({ client: database.client, table: database.tables.identity, clock });
    const principal = {
      ...{ handle: handleOf(engineer), issuer: 'i', subject: 's', kind: 'person' as const },
      ...{ groups: [], groupsAt: clock.now(), authenticatedAt: clock.now(), methods: [] },
    };
    const family = { id: 'f'.repeat(43), principal, createdAt: clock.now(), expiresAt: plusSeconds(clock.now(), 3600) };
    await families.put(family);

    const answer = await end(security);
    expect([answer.status, JSON.parse(answer.text)]).toEqual([200, { ended: 3 }]);
    await expect(Promise.all([engineer, second, security].map(reads))).resolves.toEqual([401, 401, 200]);
    await expect(families.get(principal.handle, family.id)).resolves.toBeUndefined();
    expect((await events()).at(-1)).toMatchObject({
      ...{ type: 'person.signed_out', actor: { kind: 'person', handle: handleOf(security) } },
      data: { people: [handleOf(engineer)], ended: 3 },
    });
    expect(JSON.stringify(await events())).not.toContain('stolen');
  });

  test('keeps nobody from signing in again, and ends that too when it is said again', async () => {
    await end(security);
    const again = await broker.signIn('engineer', []);
    await expect(reads(again)).resolves.toBe(200);
    const second = await end(security);
    expect([second.status, await reads(again)]).toEqual([200, 401]);
  });

  test('of somebody who is not signed in says so, and is on record all the same', async () => {
    const nobody = `p_${'n'.repeat(43)}`;
    const { text } = await end(security, nobody);
    expect([JSON.parse(text), (await events(nobody)).length]).toEqual([{ ended: 0 }, 1]);
  });

  test.each([
    ['an auditor', ['auditors']],
    ['an approver', ['sre-leads']],
    ['somebody of no group', []],
  ])('is nobody’s but the security team’s: to %s there is nobody', async (_who, groups) => {
    const before = (await events()).length;
    const caller = await broker.signIn('another', groups);
    const answer = await end(caller);
    expect([answer.status, answer.json.code]).toEqual([404, 'not_found']);
    expect([await reads(engineer), (await events()).length]).toEqual([200, before]);
  });

  test('is not for whoever is not signed in, also of themselves', async () => {
    expect((await end(undefined)).status).toBe(401);
    expect((await end(engineer)).status).toBe(404);
  });

  test.each([[{}], [{ reason: ' ' }], [{ reason: 'x', handle: 'p_x' }]])(
    'wants a reason and nothing else: %j',
    async (body) => {
      expect((await end(security, undefined, body)).status).toBe(400);
      await expect(reads(engineer)).resolves.toBe(200);
    },
  );

  test.each(['me', 'p_', `p_${'a'.repeat(44)}`, 'r_AAAAAAAAAAAAAAAAAAAAAAAAAA'])('of %s finds nobody', async (id) => {
    expect((await end(security, id)).status).toBe(404);
  });
});
