import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { linkIdentities } from '../../../lib/broker/link-identities.ts';
import { systemChance } from '../../../lib/broker/system.ts';
import { accessPolicy } from '../../../lib/config/access.ts';
import { type TestBroker, startBroker } from '../../support/broker.ts';
import { principal } from '../../support/builders.ts';
import { testAccess, testEntitlement } from '../../support/config.ts';

const group = (...names: string[]) => ({ groups: names.map((name) => `local-oidc:${name}`) });
const staged = { stages: [{ from: group('leads'), count: 1 }], withinSeconds: 3600 };
const admin = { requesters: group('sre'), maxDurationSeconds: 3600 };

const entitlements = [
  testEntitlement({
    ...{ ...admin, id: 'admin', groupsMaxAgeSeconds: 3600 },
    approval: { ...staged, escalation: { afterSeconds: 900, to: group('managers') } },
    extension: { maxTotalSeconds: 14_400, approval: 'auto' },
  }),
  testEntitlement({
    ...{ ...admin, id: 'glass', approval: staged },
    breakGlass: {
      ...{ requesters: group('sre'), reviewers: group('security'), notify: [] },
      ...{ maxDurationSeconds: 1800, issuesPerHour: 6, reviewWithinSeconds: 86_400 },
    },
  }),
  testEntitlement({ ...admin, id: 'theirs', requesters: group('others') }),
];

let broker: TestBroker;
let people = 0;

beforeAll(async () => {
  const access = { ...testAccess, entitlements, delegation: { maxSeconds: 86_400 } };
  broker = await startBroker({ policy: accessPolicy(access).policy });
});
afterAll(async () => {
  await broker.close();
});

/** Somebody whom no other test knows. */
const somebody = (...groups: string[]): Promise<string> => broker.signIn(`somebody-${(people += 1)}`, groups);
const handleIn = (token: string): string => token.split('.')[0] ?? '';
const words = { justification: 'The queue is stuck.', durationSeconds: 600 };
const ask = (token: string, more: object) => broker.call(token, 'POST', '/v1/requests', { ...words, ...more });
const asked = async (token: string, more: object = { entitlementId: 'admin' }): Promise<string> => {
  const { status, json } = await ask(token, more);
  expect(status).toBe(201);
  return json.request.id;
};
const act = (token: string, id: string, verb: string, body?: object) =>
  broker.call(token, 'POST', `/v1/requests/${id}/${verb}`, body);
const delegate = (by: string, to: string) =>
  broker.call(by, 'POST', '/v1/delegations', {
    ...{ to: handleIn(to), until: new Date(Date.parse(broker.clock.now()) + 3_600_000).toISOString() },
  });

describe('regression 8: mass assignment: what is ours to say cannot be said', () => {
  const OURS: Readonly<Record<string, unknown>> = {
    ...{ stages: [], parallel: true, escalation: { at: '2026-01-01T00:00:00.000Z', to: { groups: [] } } },
    ...{ reviewers: { groups: ['local-oidc:sre'] }, reviewBy: '2099-01-01T00:00:00.000Z', review: {} },
    ...{ bundleId: 'b_1', requestIds: [], extension: true, extendedSeconds: 1, pendingUntil: '2099-01-01T00:00:00Z' },
    ...{ onBehalfOf: 'p_1', couldServe: [0], stage: 0, approvals: [], autoApproved: true, grantedSeconds: 1 },
    ...{ sameAs: [], carried: {}, channel: 'portal', key: 'k', policy: 'v', ticketAnswer: { state: 'open' } },
  };
  const VERBS: Readonly<Record<string, object>> = {
    ...{ approve: {}, cancel: {}, end: {}, deny: { reason: 'no' }, revoke: { reason: 'no' } },
    extend: { durationSeconds: 60, justification: 'The queue is still stuck.' },
    review: { verdict: 'justified', comment: 'I looked.' },
  };

  test.each(Object.keys(VERBS))('by %s', async (verb) => {
    const id = await asked(await somebody('sre'));
    const lead = await somebody('leads');
    const statuses = await Promise.all(
      Object.entries(OURS).map(async ([name, value]) => {
        const { status, json } = await act(lead, id, verb, { ...VERBS[verb], [name]: value });
        return [name, status, json.code];
      }),
    );
    expect(statuses).toEqual(Object.keys(OURS).map((name) => [name, 400, 'invalid_input']));
    expect(await broker.ledger.read(`request#${id}`)).toHaveLength(1);
  });

  test('by asking', async () => {
    const token = await somebody('sre');
    for (const [name, value] of Object.entries({ ...OURS, bundle: { id: 'b_1', requestIds: [] } })) {
      const { status, json } = await ask(token, { entitlementId: 'admin', [name]: value });
      expect([name, status, json.code]).toEqual([name, 400, 'invalid_input']);
    }
  });
});

describe('a delegation', () => {
  test('does not escape the hold on whoever gave it', async () => {
    const [lead, deputy, security] = [await somebody('leads'), await somebody(), await somebody('security')];
    const id = await asked(await somebody('sre'));
    expect((await delegate(lead, deputy)).status).toBe(200);
    expect((await broker.call(deputy, 'GET', `/v1/requests/${id}`)).status).toBe(200);
    const hold = { on: 'person', handle: handleIn(lead), reason: 'an incident' };
    expect((await broker.call(security, 'POST', '/v1/holds', hold)).status).toBe(200);
    expect((await act(deputy, id, 'approve')).status).toBe(404);
  });

  test('is not handed on: who stands in for somebody lends nothing of it', async () => {
    const [lead, deputy, third] = [await somebody('leads'), await somebody(), await somebody()];
    const id = await asked(await somebody('sre'));
    await delegate(lead, deputy);
    expect((await delegate(deputy, third)).json.code).toBe('not_eligible');
    expect((await act(third, id, 'approve')).status).toBe(404);
    // Somebody who approves themselves lends their own groups, and none that were lent to them.
    const manager = await somebody('managers');
    await delegate(lead, manager);
    await delegate(manager, third);
    expect((await act(third, id, 'approve')).status).toBe(404);
  });

  test('to a workload lets it approve nothing', async () => {
    const lead = await somebody('leads');
    const job = await broker.signIn('job', [], { kind: 'workload' });
    const id = await asked(await somebody('sre'));
    await delegate(lead, job);
    expect((await act(job, id, 'approve')).status).toBe(404);
  });
});

test('whoever it escalates to is a stranger before its time', async () => {
  const manager = await somebody('managers');
  const id = await asked(await somebody('sre'));
  expect((await act(manager, id, 'approve')).status).toBe(404);
  expect((await broker.call(manager, 'GET', `/v1/requests/${id}`)).status).toBe(404);
});

test('an extension by somebody whose groups are stale is told to sign in again', async () => {
  const now = Date.parse(broker.clock.now());
  const groupsAt = new Date(now - 2 * 3_600_000).toISOString();
  const name = `somebody-${(people += 1)}`;
  const id = await asked(await broker.signIn(name, ['sre']));
  await act(await somebody('leads'), id, 'approve');
  const stale = await broker.signIn(name, ['sre'], { groupsAt });
  const more = { durationSeconds: 60, justification: 'The queue is still stuck.' };
  expect((await act(stale, id, 'extend', more)).json.code).toBe('step_up_required');
  const gone = await broker.signIn(name, []);
  expect((await act(gone, id, 'extend', more)).json.code).toBe('not_eligible');
});

test('a break-glass is not reviewed by another identity of whoever broke it', async () => {
  const [breaker, other] = [await somebody('sre'), await somebody('security')];
  const id = await asked(breaker, { entitlementId: 'glass', breakGlass: true });
  const parts = { ...broker, chance: systemChance, policy: broker.config.policy };
  const linked = { principal: principal('x', [], { handle: handleIn(breaker) }), other: handleIn(other) };
  await linkIdentities(parts, { ...linked, patience: { remainingMs: () => 10_000 } });
  const review = { verdict: 'justified', comment: 'It was me, and I was right.' };
  expect((await act(other, id, 'review', review)).json.code).toBe('self_approval');
  expect((await act(await somebody('security'), id, 'review', review)).status).toBe(200);
});

test('a bundle with one that is not mine says the same as with one that does not exist, and makes nothing', async () => {
  const token = await somebody('sre');
  const [theirs, none] = [
    await ask(token, { entitlementIds: ['admin', 'theirs'] }),
    await ask(token, { entitlementIds: ['admin', 'no-such-one'] }),
  ];
  const told = ({ text, json }: typeof theirs) =>
    text.replaceAll(json.instance, '').replaceAll('no-such-one', 'theirs');
  expect([theirs.status, theirs.json.code]).toEqual([403, 'not_eligible']);
  expect(told(theirs)).toBe(told(none));
  expect((await broker.call(token, 'GET', '/v1/requests')).json.requests).toStrictEqual([]);
});

test('twenty break-glasses at once: one is broken', async () => {
  const token = await somebody('sre');
  const tries = await Promise.all(
    Array.from({ length: 20 }, () => ask(token, { entitlementId: 'glass', breakGlass: true })),
  );
  expect(tries.filter(({ status }) => status === 201)).toHaveLength(1);
  const refusals = tries.filter(({ status }) => status !== 201).map(({ json }) => json.code);
  expect(
    [...new Set(refusals)].filter((code) => !['review_overdue', 'limit_reached', 'ledger_conflict'].includes(code)),
  ).toStrictEqual([]);
  expect((await broker.call(token, 'GET', '/v1/requests')).json.requests).toHaveLength(1);
});
