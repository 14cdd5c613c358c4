import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { StoredEvent } from '../../lib/domain/event.ts';
import { startBroker, type TestBroker, type TestReply } from '../support/broker.ts';

let broker: TestBroker;
let engineer: string;
let security: string;
let auditor: string;

beforeAll(async () => {
  broker = await startBroker();
  engineer = await broker.signIn('engineer', ['engineering', 'sre']);
  security = await broker.signIn('security', ['security']);
  auditor = await broker.signIn('auditor', ['auditors']);
});
afterAll(async () => {
  await broker.close();
});

const place = (body: object, token = security): Promise<TestReply> => broker.call(token, 'POST', '/v1/holds', body);
const lift = (id: string, token = security, body?: object): Promise<TestReply> =>
  broker.call(token, 'DELETE', `/v1/holds/${id}`, body);
const everything = { on: 'all', reason: 'an incident' };

const granted = async (): Promise<string> => {
  const body = { entitlementId: 'prod-read', justification: 'Look at the queue.', durationSeconds: 3600 };
  return (await broker.call(engineer, 'POST', '/v1/requests', body)).json.request.id;
};
const issue = (id: string): Promise<TestReply> => broker.call(engineer, 'POST', `/v1/requests/${id}/credentials`);

describe('holds', () => {
  test('are placed, listed, felt at once, shown in actions, and lifted', async () => {
    const id = await granted();
    expect((await issue(id)).status).toBe(200);
    const placed = await place({ on: 'entitlement', entitlementId: 'prod-read', reason: 'an incident' });
    expect(placed.status).toBe(200);
    expect(placed.json.hold).toMatchObject({ on: 'entitlement', entitlementId: 'prod-read', reason: 'an incident' });
    expect((await broker.call(auditor, 'GET', '/v1/holds')).json.holds).toEqual([placed.json.hold]);

    const refused = await issue(id);
    expect([refused.status, refused.json.code]).toEqual([403, 'on_hold']);
    expect(refused.text).not.toMatch(/incident|h_/);
    const seen = await broker.call(engineer, 'GET', `/v1/requests/${id}`);
    expect(seen.json.request.actions).toEqual(['end']);

    const lifted = await lift(placed.json.hold.id, security, { reason: 'it is over' });
    expect([lifted.status, lifted.json.holds]).toEqual([200, []]);
    expect((await issue(id)).status).toBe(200);
  });

  test('are shown in the dry run as a rule that is not satisfied', async () => {
    const { json } = await place(everything);
    const body = { entitlementId: 'prod-read', justification: 'Look at the queue.', durationSeconds: 600 };
    const dry = await broker.call(engineer, 'POST', '/v1/requests?dryRun=true', body);
    expect(dry.json.decision.allowed).toBe(false);
    expect(dry.json.decision.rules).toContainEqual(
      expect.objectContaining({ rule: 'noHold', outcome: 'notSatisfied' }),
    );
    await lift(json.hold.id);
  });

  test('placed twice are one', async () => {
    const first = await place(everything);
    expect((await place({ ...everything, reason: 'again' })).json.hold).toEqual(first.json.hold);
    expect((await lift(first.json.hold.id)).json.holds).toStrictEqual([]);
    expect((await lift(first.json.hold.id)).status).toBe(404);
  });

  test.each<[string, object, string, string]>([
    ['a person without a handle', { on: 'person' }, '/handle', 'required'],
    [
      'an account and a person',
      { on: 'account', accountId: '111122223333', handle: `p_${'a'.repeat(43)}` },
      '/handle',
      'unexpected',
    ],
    ['an account by its name', { on: 'account', accountId: 'prod' }, '/accountId', 'invalid_format'],
    [
      'an entitlement that there is none',
      { on: 'entitlement', entitlementId: 'prod-raed' },
      '/entitlementId',
      'unknown',
    ],
    ['something else', { on: 'role' }, '/on', 'not_allowed'],
  ])('on %s are refused by name', async (_what, body, pointer, code) => {
    const { status, json } = await place({ ...body, reason: 'an incident' });
    expect([status, json.errors]).toMatchObject([400, [{ pointer, code }]]);
  });

  test('are nobody’s but the security team’s: to others there are none', async () => {
    const { json } = await place(everything);
    for (const token of [engineer, await broker.signIn('approver', ['sre-leads'])]) {
      expect((await broker.call(token, 'GET', '/v1/holds')).status).toBe(404);
      expect((await place(everything, token)).status).toBe(404);
      expect((await lift(json.hold.id, token)).status).toBe(404);
    }
    expect((await place(everything, auditor)).status).toBe(404);
    expect((await lift(json.hold.id, auditor)).status).toBe(404);
    expect((await broker.call(undefined, 'GET', '/v1/holds')).status).toBe(401);
    expect((await lift('h_not-one')).status).toBe(404);
    expect((await lift(json.hold.id)).status).toBe(200);
  });

  test('mass assignment: what is ours to say cannot be said', async () => {
    for (const member of [{ id: 'h_1' }, { by: 'p_1' }, { at: '2026-01-01T00:00:00.000Z' }, { carried: { holds: [] } }])
      expect((await place({ ...everything, ...member })).status).toBe(400);
  });
});

const eventsOf = async (id: string): Promise<readonly StoredEvent[]> => broker.ledger.read(`request#${id}`);

test('a hold placed while twenty issue: after it stands, no intent is written by a call that began later', async () => {
  const ids: string[] = [];
  // One after the other: a person's asks meet in the person's own stream.
  while (ids.length < 20) ids.push(await granted());
  const issues = ids.map(issue);
  const placed = await place(everything);
  expect(placed.status).toBe(200);
  // Those that read before it stood may go on to their end; each of them wrote at most one intent.
  const answers = await Promise.all(issues);
  for (const id of ids) expect((await issue(id)).json.code).toBe('on_hold');
  const intents = (await Promise.all(ids.map(eventsOf))).map((events) =>
    events.filter(({ type }) => type === 'credentials.intended'),
  );
  answers.forEach(({ status }, n) => {
    expect(intents[n]).toHaveLength(status === 200 ? 1 : 0);
  });
  await lift(placed.json.hold.id);
});

test('two holds placed at once both stand, however often', async () => {
  for (let n = 0; n < 8; n += 1) {
    const both = await Promise.all([
      place(everything),
      place({ on: 'account', accountId: '111122223333', reason: 'an incident' }),
    ]);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    const { holds } = (await broker.call(security, 'GET', '/v1/holds')).json;
    expect(holds.map(({ id }) => id).sort()).toEqual(both.map(({ json }) => json.hold.id).sort());
    await Promise.all(holds.map(({ id }) => lift(id)));
    expect((await broker.call(security, 'GET', '/v1/holds')).json.holds).toStrictEqual([]);
  }
});
