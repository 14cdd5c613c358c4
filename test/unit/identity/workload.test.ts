import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { beginLogin } from '../../../lib/identity/login.ts';
import type { WorkloadProvider } from '../../../lib/identity/ports.ts';
import { exchangeToken } from '../../../lib/identity/token-exchange.ts';
import { memoryClock } from '../../support/memory.ts';
import { type OidcServer, startOidcServer } from '../../support/oidc-server.ts';
import { type MemoryIdentity, codeOf, memoryIdentity } from './memory.ts';

let server: OidcServer;
let ci: WorkloadProvider;
let identity: MemoryIdentity;

beforeEach(async () => {
  const clock = memoryClock();
  server = await startOidcServer(() => Date.parse(clock.now()));
  // As GitHub Actions: nobody signs in there.
  server.behaviour.metadata = { authorization_endpoint: undefined, token_endpoint: undefined };
  ci = {
    ...{ id: 'ci', type: 'oidc-workload', issuer: server.issuer, audience: 'hatcheck-ci', algorithms: ['ES256'] },
    match: { repository: ['example/app'], ref: ['refs/heads/main', 'refs/heads/release'] },
    groups: ['ci:deployers'],
  };
  identity = memoryIdentity([ci], { clock });
});
afterEach(() => server.close());

const JOB = {
  ...{ aud: 'hatcheck-ci', sub: 'repo:example/app:ref:refs/heads/main', auth_time: undefined },
  ...{ repository: 'example/app', ref: 'refs/heads/main' },
};

const exchange = (claims: Record<string, unknown> = {}, at = identity) =>
  verdictOf(server.idToken({ ...JOB, ...claims }), at);

const verdictOf = (token: string, at = identity) =>
  codeOf(
    exchangeToken(at, {
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      subject_token: token,
    }),
  );

const principals = (at = identity) => [...at.stored.sessions.values()].map(({ principal }) => principal);
const reasons = (at = identity) =>
  at.stored.events.map(({ event }) => ('reason' in event.data ? event.data.reason : event.type));

describe('a job with a token that matches', () => {
  test('is a workload of the groups that the configuration names, authenticated when its token was made', async () => {
    await expect(exchange({ groups: ['sre'], amr: ['mfa'], name: 'Erin' })).resolves.toBe('accepted');
    expect(principals()).toMatchObject([
      {
        ...{ kind: 'workload', subject: JOB.sub, displayName: JOB.sub, groups: ['ci:deployers'], methods: [] },
        ...{ authenticatedAt: identity.clock.now(), groupsAt: identity.clock.now() },
      },
    ]);
    expect(identity.stored.events).toMatchObject([
      { event: { type: 'signin.succeeded', actor: { kind: 'workload' }, data: { provider: 'ci' } } },
    ]);
  });

  test('is authenticated when the token says so, where it does', async () => {
    const hourAgo = Date.parse(identity.clock.now()) / 1000 - 3600;
    await expect(exchange({ auth_time: hourAgo })).resolves.toBe('accepted');
    expect(principals()[0]?.authenticatedAt).toBe(new Date(hourAgo * 1000).toISOString());
  });

  test('matches by any of the texts that a claim may have', async () => {
    await expect(exchange({ ref: 'refs/heads/release' })).resolves.toBe('accepted');
  });

  test('replay: is exchanged once, of fifty at the same time too', async () => {
    const token = server.idToken(JOB);
    const verdicts = await Promise.all(Array.from({ length: 50 }, () => verdictOf(token)));
    expect(verdicts.filter((verdict) => verdict === 'accepted')).toHaveLength(1);
    expect(reasons().toSorted()).toEqual(['replayed', 'signin.succeeded']);
  });
});

describe('a job that is none of ours, at an issuer that serves the whole world', () => {
  test.each([
    ['of another repository', { repository: 'evil/app' }],
    ['of a repository whose name begins the same', { repository: 'example/app2' }],
    ['of a repository in another case', { repository: 'Example/App' }],
    ['of a name with a blank behind', { repository: 'example/app ' }],
    ['without the claim', { repository: undefined }],
    ['with one claim right and one wrong', { ref: 'refs/pull/1/merge' }],
    ['with a list that holds the text', { repository: ['example/app'] }],
    ['with a list of texts', { ref: ['refs/heads/main', 'refs/heads/release'] }],
    ['with an object', { repository: { toString: 'example/app' } }],
  ])('%s is refused, and the refusal is recorded', async (_attack, claims) => {
    await expect(exchange(claims)).resolves.toBe('invalid_request');
    expect(principals()).toStrictEqual([]);
    expect(identity.stored.events).toMatchObject([
      {
        event: { type: 'signin.refused', actor: { kind: 'workload' }, data: { provider: 'ci', reason: 'not_matched' } },
      },
    ]);
  });

  test('a claim that every object has is none', async () => {
    const at = memoryIdentity([{ ...ci, match: { constructor: ['x'] } }], { clock: identity.clock });
    await expect(exchange({}, at)).resolves.toBe('invalid_request');
  });

  test('a token for another audience, or for ours and another, is refused', async () => {
    await expect(exchange({ aud: 'sts.amazonaws.com' })).resolves.toBe('invalid_request');
    await expect(exchange({ aud: ['hatcheck-ci', 'sts.amazonaws.com'], azp: 'hatcheck-ci' })).resolves.toBe(
      'invalid_request',
    );
    expect(principals()).toStrictEqual([]);
  });
});

describe('one issuer for people and jobs', () => {
  let both: MemoryIdentity;
  beforeEach(() => {
    both = memoryIdentity([server.provider, ci], { clock: identity.clock });
  });

  test('the audience says which of the two a token is for', async () => {
    await expect(exchange({}, both)).resolves.toBe('accepted');
    await expect(verdictOf(server.idToken(), both)).resolves.toBe('accepted');
    expect(principals(both).map(({ kind }) => kind)).toEqual(['workload', 'person']);
  });

  test('audience confusion: a token for both is for neither', async () => {
    const aud = ['hatcheck', 'hatcheck-ci'];
    await expect(exchange({ aud, azp: 'hatcheck' }, both)).resolves.toBe('invalid_request');
    await expect(exchange({ aud: aud.toReversed(), azp: 'hatcheck-ci' }, both)).resolves.toBe('invalid_request');
    expect(reasons(both)).toEqual(['audience']);
    expect(principals(both)).toStrictEqual([]);
  });

  test('a job cannot become a person by its groups', async () => {
    await expect(exchange({ groups: ['sre-leads'] }, both)).resolves.toBe('accepted');
    expect(principals(both)[0]?.groups).toEqual(['ci:deployers']);
  });

  test('people sign in where people do, and nobody where only jobs are known', async () => {
    server.behaviour.metadata = {};
    await expect(codeOf(beginLogin(both, {}))).resolves.toBe('accepted');
    await expect(codeOf(beginLogin(both, { provider: 'ci' }))).resolves.toBe('invalid_input');
    await expect(codeOf(beginLogin(identity, {}))).resolves.toBe('invalid_input');
  });

  test('an issuer that publishes no place to sign in signs nobody in', async () => {
    await expect(codeOf(beginLogin(both, { provider: server.provider.id }))).resolves.toBe('provider_unavailable');
  });
});
