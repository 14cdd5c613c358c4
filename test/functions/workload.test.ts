import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { create as createRequests } from '../../functions/requests.ts';
import { create as createSignin } from '../../functions/signin.ts';
import { create as createToken } from '../../functions/token.ts';
import { dynamoLedger } from '../../lib/aws/ledger.ts';
import { activatePolicy } from '../../lib/broker/activate-policy.ts';
import { systemChance } from '../../lib/broker/system.ts';
import type { Config } from '../../lib/config/environment.ts';
import type { ApiHandler } from '../../lib/http/api.ts';
import type { WorkloadProvider } from '../../lib/identity/ports.ts';
import { type HttpCall, httpEvent } from '../support/events.ts';
import { setFunctionEnvironment, testConfig, testEntitlement } from '../support/config.ts';
import { startDynamoDb, type TestDynamoDb } from '../support/dynamodb.ts';
import { silentLogger } from '../support/logger.ts';
import { memoryClock } from '../support/memory.ts';
import { type OidcServer, startOidcServer } from '../support/oidc-server.ts';

let database: TestDynamoDb;
let server: OidcServer;
let config: Config;
let functions: { readonly token: ApiHandler; readonly requests: ApiHandler; readonly signin: ApiHandler };
const clock = memoryClock(new Date().toISOString());

/** Whoever is asked, jobs are among them: what keeps them from deciding is what they are, not which groups they have. */
const stages = [{ from: { groups: ['local-oidc:sre-leads', 'ci:deployers'] }, count: 1 }];

beforeAll(async () => {
  setFunctionEnvironment();
  database = await startDynamoDb();
  server = await startOidcServer(() => Date.parse(clock.now()));
  const ci: WorkloadProvider = {
    ...{ id: 'ci', type: 'oidc-workload', issuer: server.issuer, audience: 'hatcheck-ci', algorithms: ['ES256'] },
    ...{ match: { repository: ['example/app'] }, groups: ['ci:deployers'] },
  };
  const requesters = { groups: ['ci:deployers', 'local-oidc:engineering'] };
  const entitlements = [
    testEntitlement({ id: 'deploy', requesters }),
    testEntitlement({ id: 'deploy-by-hand', requesters, requires: { mfa: true } }),
    testEntitlement({ id: 'deploy-fresh', requesters, requires: { mfa: false, authenticatedWithinSeconds: 300 } }),
    testEntitlement({ id: 'deploy-asked', requesters, approval: { stages, withinSeconds: 3600 } }),
  ];
  const policy = {
    version: 'the-version',
    entitlements: new Map(entitlements.map((each) => [each.id, each])),
    accounts: entitlements.map(({ account }) => account),
    auditors: { groups: [] },
    limits: { openRequests: 20 },
  };
  config = {
    ...testConfig({ tables: database.tables, endpoints: { dynamodb: database.endpoint } }),
    identityProviders: [server.provider, ci],
    policy,
  };
  const ledger = dynamoLedger({ client: database.client, table: database.tables.ledger });
  await activatePolicy({ ledger, clock, chance: systemChance, policy }, policy.version, { remainingMs: () => 10_000 });
});
afterAll(async () => {
  await server.close();
  await database.close();
});
beforeEach(() => {
  const around = { clock, chance: systemChance, logger: silentLogger };
  functions = {
    token: createToken(config, around),
    requests: createRequests(config, around),
    signin: createSignin(config, around),
  };
});

const JOB = {
  sub: 'repo:example/app:ref:refs/heads/main',
  aud: 'hatcheck-ci',
  repository: 'example/app',
  auth_time: undefined,
};

const send = async (name: keyof typeof functions, http: HttpCall) => {
  const answer = await functions[name](httpEvent(http));
  const json: unknown = JSON.parse(answer.body ?? '{}');
  return { status: answer.statusCode ?? 0, json: Object(json) as Record<string, unknown> };
};

const exchange = (claims: Record<string, unknown>) =>
  send('token', {
    ...{ method: 'POST', path: '/oauth/token' },
    form: {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      subject_token: server.idToken({ jti: systemChance.id(), ...claims }),
    },
  });

/** The headers of whoever the claims speak of. */
const bearerOf = async (claims: Record<string, unknown>) => {
  const { json } = await exchange(claims);
  return { authorization: `Bearer ${String(json['access_token'])}` };
};

const submit = async (headers: Record<string, string>, entitlementId: string) =>
  send('requests', {
    ...{ method: 'POST', path: '/v1/requests', headers },
    body: { entitlementId, justification: 'deploys release 42 of the app', durationSeconds: 900 },
  });

const idOf = ({ json }: { json: Record<string, unknown> }): string =>
  String((Object(json['request']) as Record<string, unknown>)['id']);

const act = (headers: Record<string, string>, id: string, what: string, body?: object) =>
  send('requests', {
    ...{ method: 'POST', path: `/v1/requests/${id}/${what}`, routeKey: `POST /v1/requests/{id}/${what}`, headers },
    ...(body && { body }),
  });

describe('a job', () => {
  test('is a workload, of the groups that the configuration names', async () => {
    const headers = await bearerOf({ ...JOB, groups: ['sre-leads'], amr: ['mfa'] });
    const { json } = await send('signin', { path: '/v1/me', headers });
    expect(json).toMatchObject({ principal: { kind: 'workload', groups: ['ci:deployers'], methods: [] } });
  });

  test('requests what it is eligible for, without anybody’s browser', async () => {
    const answer = await submit(await bearerOf(JOB), 'deploy');
    expect(answer).toMatchObject({ status: 201, json: { request: { status: 'approved' } } });
  });

  test('never counts as multi-factor, whatever its token says', async () => {
    const answer = await submit(await bearerOf({ ...JOB, amr: ['mfa', 'hwk'] }), 'deploy-by-hand');
    expect(answer).toMatchObject({ status: 403, json: { code: 'step_up_required' } });
  });

  test('is as freshly authenticated as its token is new', async () => {
    const now = Date.parse(clock.now()) / 1000;
    const old = await bearerOf({ ...JOB, iat: now - 301 });
    const fresh = await bearerOf({ ...JOB, iat: now - 200 });
    await expect(submit(old, 'deploy-fresh')).resolves.toMatchObject({ json: { code: 'step_up_required' } });
    await expect(submit(fresh, 'deploy-fresh')).resolves.toMatchObject({ status: 201 });
  });

  test('decides nothing, though the stage names its group', async () => {
    const person = await bearerOf({ sub: 'subject-of-erin', groups: ['engineering'] });
    const id = idOf(await submit(person, 'deploy-asked'));
    const job = await bearerOf({ ...JOB, sub: 'repo:example/app:ref:refs/heads/release' });
    const [approved, denied, revoked] = [
      await act(job, id, 'approve', {}),
      await act(job, id, 'deny', { reason: 'a job says no' }),
      await act(job, id, 'revoke', { reason: 'a job takes it back' }),
    ];
    expect([approved, denied, revoked].map(({ json }) => json['code'])).toEqual(Array(3).fill('not_found'));

    const lead = await bearerOf({ sub: 'subject-of-the-lead', groups: ['sre-leads'] });
    await expect(act(lead, id, 'approve', {})).resolves.toMatchObject({ json: { request: { status: 'approved' } } });
  });

  test('that asked is approved by a person, and does not approve itself', async () => {
    const job = await bearerOf(JOB);
    const id = idOf(await submit(job, 'deploy-asked'));
    await expect(act(job, id, 'approve', {})).resolves.toMatchObject({ json: { code: 'self_approval' } });
    const lead = await bearerOf({ sub: 'subject-of-the-lead', groups: ['sre-leads'] });
    await expect(act(lead, id, 'approve', {})).resolves.toMatchObject({ json: { request: { status: 'approved' } } });
  });

  test('of another repository gets no token', async () => {
    await expect(exchange({ ...JOB, repository: 'evil/app' })).resolves.toMatchObject({
      status: 400,
      json: { error: 'invalid_request' },
    });
  });
});
