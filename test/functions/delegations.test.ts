import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { answers } from '../../lib/http/answers.ts';
import { type TestBroker, startBroker } from '../support/broker.ts';
import { testConfig } from '../support/config.ts';

let broker: TestBroker;
let engineer: string;
let lead: string;
let security: string;

const DAY_MS = 86_400_000;

beforeAll(async () => {
  const { policy } = testConfig();
  const delegation = { maxSeconds: 14 * 86_400, groups: ['local-oidc:sre-leads', 'local-oidc:security'] };
  broker = await startBroker({ policy: { ...policy, delegation } });
  engineer = await broker.signIn('engineer', ['engineering', 'sre']);
  lead = await broker.signIn('lead', ['sre-leads']);
  security = await broker.signIn('security', ['security']);
});
afterAll(async () => {
  await broker.close();
});

const handleOf = (token: string): string => token.split('.')[0] ?? '';
const inDays = (days: number): string => new Date(Date.parse(broker.clock.now()) + days * DAY_MS).toISOString();
const delegate = (by: string, to: string, more: object = {}) =>
  broker.call(by, 'POST', '/v1/delegations', { to: handleOf(to), until: inDays(1), ...more });
const ask = async (): Promise<string> => {
  const body = {
    ...{ entitlementId: 'prod-admin', justification: 'The queue is stuck.', durationSeconds: 1800, ticket: 'OPS-1' },
  };
  return (await broker.call(engineer, 'POST', '/v1/requests', body)).json.request.id;
};

describe('a delegation', () => {
  test('lets somebody approve in another’s place until it is ended, all of it on record', async () => {
    const id = await ask();
    expect((await broker.call(security, 'POST', `/v1/requests/${id}/approve`)).json.code).toBe('not_an_approver');
    const made = await delegate(lead, security, { reason: 'Holidays.' });
    expect([made.status, answers.OneDelegation().safeParse(made.json).error]).toEqual([200, undefined]);
    const listed = await broker.call(security, 'GET', '/v1/delegations');
    expect(answers.Delegations().safeParse(listed.json).error).toBeUndefined();
    expect(listed.json.delegations).toMatchObject([{ id: made.json.delegation.id, reason: 'Holidays.' }]);

    const approved = await broker.call(security, 'POST', `/v1/requests/${id}/approve`);
    expect([approved.status, approved.json.request.status]).toEqual([200, 'approved']);
    expect(answers.OneRequest().safeParse(approved.json).error).toBeUndefined();
    expect(approved.json.request.stages[0]?.approvals).toMatchObject([
      { approver: { handle: handleOf(security) }, onBehalfOf: { handle: handleOf(lead) } },
    ]);

    const ended = await broker.call(lead, 'DELETE', `/v1/delegations/${made.json.delegation.id}`);
    expect([ended.status, ended.json.delegations]).toEqual([200, []]);
    expect((await broker.call(security, 'POST', `/v1/requests/${await ask()}/approve`)).status).toBe(403);
    const types = (await broker.ledger.read(`person#${handleOf(security)}`)).map(({ type }) => type);
    expect(types).toEqual(['delegation.made', 'delegation.removed']);
  });

  test('attack: to oneself, by whoever approves nothing, or too long', async () => {
    expect((await delegate(lead, lead)).json).toMatchObject({ code: 'invalid_input', errors: [{ pointer: '/to' }] });
    expect((await delegate(engineer, security)).json.code).toBe('not_eligible');
    expect((await delegate(lead, security, { until: inDays(15) })).json.errors).toMatchObject([{ pointer: '/until' }]);
  });

  test('attack: naming groups, or another delegator, is no member of it', async () => {
    for (const member of [{ groups: ['local-oidc:security'] }, { by: handleOf(security) }, { sameAs: [] }]) {
      const { status, json } = await delegate(lead, security, member);
      expect([status, json.errors[0]?.code]).toEqual([400, 'unknown_member']);
    }
  });

  test('attack: somebody else’s is not there to be ended', async () => {
    const { json } = await delegate(lead, security);
    const other = await broker.signIn('stranger', ['sre-leads']);
    const attempt = await broker.call(other, 'DELETE', `/v1/delegations/${json.delegation.id}`);
    expect([attempt.status, attempt.json.code]).toEqual([404, 'not_found']);
  });
});
