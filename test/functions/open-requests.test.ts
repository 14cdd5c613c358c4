import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type TestBroker, startBroker } from '../support/broker.ts';
import { testConfig } from '../support/config.ts';

let broker: TestBroker;
let people = 0;

beforeAll(async () => {
  const { policy } = testConfig();
  broker = await startBroker({ policy: { ...policy, limits: { openRequests: 3 } } });
});
afterAll(async () => {
  await broker.close();
});

/** Somebody who has asked for nothing yet. */
const somebody = (): Promise<string> => broker.signIn(`engineer-${(people += 1)}`, ['engineering', 'sre']);

const ask = (token: string, more: object = {}) =>
  broker.call(token, 'POST', '/v1/requests', {
    ...{ entitlementId: 'prod-admin', justification: 'The queue is stuck.', durationSeconds: 1800, ticket: 'OPS-1' },
    ...more,
  });

test('the one above the limit is told to come back', async () => {
  const token = await somebody();
  for (let i = 0; i < 3; i += 1) expect((await ask(token)).status).toBe(201);
  const { status, json, headers } = await ask(token);
  expect([status, json.code]).toEqual([429, 'limit_reached']);
  expect(Number(headers['retry-after'])).toBeGreaterThan(86_000);
  const { json: dry } = await broker.call(token, 'POST', '/v1/requests?dryRun=true', {
    ...{ entitlementId: 'prod-admin', justification: 'The queue is stuck.', durationSeconds: 1800, ticket: 'OPS-1' },
  });
  expect(dry.decision.rules).toContainEqual({
    ...{ rule: 'openRequests', outcome: 'notSatisfied' },
    detail: 'At most 3 requests of yours wait for approval at once.',
  });
});

test('a bundle that is larger than the limit is not for waiting: it says how many may be asked for', async () => {
  const small = await startBroker({ policy: { ...testConfig().policy, limits: { openRequests: 1 } } });
  try {
    const token = await small.signIn('engineer', ['engineering', 'sre']);
    const { status, json, headers } = await small.call(token, 'POST', '/v1/requests', {
      ...{ entitlementIds: ['prod-admin', 'payments-admin'], justification: 'The queue is stuck.' },
      ...{ durationSeconds: 1800, ticket: 'OPS-1' },
    });
    expect([status, json.code]).toEqual([400, 'invalid_input']);
    expect(headers['retry-after']).toBeUndefined();
    expect(json.errors).toMatchObject([{ pointer: '/entitlementIds/1', code: 'too_big' }]);
  } finally {
    await small.close();
  }
});

test('what is decided makes room', async () => {
  const [token, approver] = [await somebody(), await broker.signIn('approver', ['sre-leads'])];
  const ids: string[] = [];
  for (let i = 0; i < 3; i += 1) ids.push((await ask(token)).json.request.id);
  await broker.call(approver, 'POST', `/v1/requests/${ids[1] ?? ''}/approve`);
  expect((await ask(token)).status).toBe(201);
  expect((await ask(token)).status).toBe(429);
});

test('six at once, one below the limit: one wins, 5 times', async () => {
  for (let round = 0; round < 5; round += 1) {
    const token = await somebody();
    for (let i = 0; i < 2; i += 1) await ask(token);
    const codes = (await Promise.all(Array.from({ length: 6 }, () => ask(token)))).map(({ status }) => status);
    expect(codes.toSorted()).toEqual([201, ...Array.from({ length: 5 }, () => 429)]);
    const { json } = await broker.call(token, 'GET', '/v1/requests?status=pending');
    expect(json.requests).toHaveLength(3);
  }
});
