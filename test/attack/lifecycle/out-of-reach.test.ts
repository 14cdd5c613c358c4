import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { create as createRequests } from '../../../functions/requests.ts';
import { systemChance } from '../../../lib/broker/system.ts';
import type { AccessPolicy } from '../../../lib/domain/policy.ts';
import { type TestBroker, startBroker } from '../../support/broker.ts';
import { testConfig, testEntitlement } from '../../support/config.ts';
import { httpEvent } from '../../support/events.ts';
import { silentLogger } from '../../support/logger.ts';

const OPS = { groups: ['local-oidc:ops'] };
const owned = testEntitlement({ id: 'prod-own', revokers: { groups: ['local-oidc:owners'] } });

let broker: TestBroker;
let engineer: string;
beforeAll(async () => {
  const { policy } = testConfig();
  broker = await startBroker({
    policy: { ...policy, entitlements: new Map([...policy.entitlements, [owned.id, owned]]) },
  });
  engineer = await broker.signIn('engineer', ['engineering']);
});
afterAll(async () => {
  await broker.close();
});

/** A grant that nobody approved, with a session of it out. */
const lent = async (entitlementId: string): Promise<string> => {
  const { json } = await broker.call(engineer, 'POST', '/v1/requests', {
    ...{ entitlementId, durationSeconds: 1800, justification: 'The queue is stuck.' },
  });
  expect((await broker.call(engineer, 'POST', `/v1/requests/${json.request.id}/credentials`)).status).toBe(200);
  return json.request.id;
};

/** As the functions answer once another access.yml is deployed. */
const revokeUnder = async (changes: Partial<AccessPolicy>, token: string, id: string): Promise<number | undefined> => {
  const policy = { ...broker.config.policy, version: 'the-next', ...changes };
  const requests = createRequests(
    { ...broker.config, policy },
    { clock: broker.clock, chance: systemChance, logger: silentLogger },
  );
  const event = httpEvent({
    ...{ method: 'POST', path: `/v1/requests/${id}/revoke`, routeKey: 'POST /v1/requests/{id}/revoke' },
    headers: { authorization: `Bearer ${token}` },
    body: { reason: 'Stop.' },
  });
  return (await requests(event)).statusCode;
};

test('a grant that nobody approved, of an entitlement without revokers, is not out of everybody’s reach', async () => {
  const id = await lent('prod-read');
  const [security, stranger] = [await broker.signIn('guard', ['security']), await broker.signIn('stranger', ['sre'])];
  expect((await broker.call(security, 'GET', `/v1/requests/${id}`)).json.request.actions).toEqual(['revoke']);
  expect((await broker.call(stranger, 'POST', `/v1/requests/${id}/revoke`, { reason: 'Stop.' })).status).toBe(404);
  expect((await broker.call(engineer, 'POST', `/v1/requests/${id}/revoke`, { reason: 'Mine.' })).json.code).toBe(
    'not_an_approver',
  );
  expect((await broker.call(security, 'POST', `/v1/requests/${id}/revoke`, { reason: 'Stop.' })).status).toBe(200);
});

test('an entitlement is taken out of access.yml, and its revokers still end what was asked for before', async () => {
  const [first, second] = [await lent('prod-own'), await lent('prod-own')];
  const [owner, ops] = [await broker.signIn('owner', ['owners']), await broker.signIn('ops', ['ops'])];
  const gone = { entitlements: new Map(), revokers: OPS };
  expect(await revokeUnder(gone, await broker.signIn('guard', ['sre']), first)).toBe(404);
  expect(await revokeUnder(gone, owner, first)).toBe(200);
  expect(await revokeUnder(gone, ops, second)).toBe(200);
});

test('its revokers are taken out of access.yml, and what was asked for before is not out of everybody’s reach', async () => {
  const id = await lent('prod-own');
  const bare = testEntitlement({ id: owned.id });
  const nobody = { entitlements: new Map([[bare.id, bare]]), revokers: { groups: [] } };
  expect(await revokeUnder(nobody, await broker.signIn('owner', ['owners']), id)).toBe(200);
});

test('a workload in the groups of the revokers revokes nothing', async () => {
  const id = await lent('prod-read');
  const job = await broker.signIn('job', ['security'], { kind: 'workload' });
  expect((await broker.call(job, 'POST', `/v1/requests/${id}/revoke`, { reason: 'Stop.' })).status).toBe(404);
});

test('a requester in the groups of the revokers ends their grant, and does not revoke it', async () => {
  const id = await lent('prod-read');
  const mighty = await broker.signIn('engineer', ['engineering', 'security']);
  expect((await broker.call(mighty, 'GET', `/v1/requests/${id}`)).json.request.actions).not.toContain('revoke');
  expect((await broker.call(mighty, 'POST', `/v1/requests/${id}/revoke`, { reason: 'Mine.' })).json.code).toBe(
    'not_an_approver',
  );
  expect((await broker.call(mighty, 'POST', `/v1/requests/${id}/end`)).status).toBe(200);
});
