import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { OidcProvider, WorkloadProvider } from '../../../lib/identity/ports.ts';
import { authenticator } from '../../../lib/identity/sessions.ts';
import { type ExchangeForm, exchangeToken } from '../../../lib/identity/token-exchange.ts';
import { unavailable } from '../../support/memory.ts';
import type { OidcServer } from '../../support/oidc-server.ts';
import { testSamlProvider } from '../../support/saml-provider.ts';
import { type MemoryIdentity, codeOf, jobsOf } from './memory.ts';
import { startBesideProvider } from './beside-provider.ts';

let server: OidcServer;
let identity: MemoryIdentity;

beforeEach(async () => {
  ({ server, identity } = await startBesideProvider());
});

afterEach(() => server.close());

const ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

const form = (more: ExchangeForm = {}): ExchangeForm => ({
  grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
  subject_token_type: ID_TOKEN,
  subject_token: server.idToken({ groups: ['sre'] }),
  ...more,
});

const without = (name: keyof ExchangeForm): ExchangeForm =>
  Object.fromEntries(Object.entries(form()).filter(([member]) => member !== name));

test('an ID token becomes an access token of fifteen minutes, of the person whom it names', async () => {
  const answer = await exchangeToken(identity, form());
  expect(answer).toEqual({
    access_token: expect.stringMatching(/^p_[\w-]{43}\.[\w-]{43}$/),
    issued_token_type: ACCESS_TOKEN,
    token_type: 'Bearer',
    expires_in: 900,
  });
  const session = await authenticator(identity)({ via: 'bearer', token: answer.access_token });
  expect(session.principal).toMatchObject({
    issuer: server.issuer,
    subject: 'subject-of-erin',
    groups: ['local-oidc:sre'],
  });
  expect(identity.stored.events).toMatchObject([
    { event: { type: 'signin.succeeded', data: { provider: 'local-oidc', method: 'token_exchange' } } },
  ]);
});

test.each([{ client_id: 'hatcheck-cli' }, { requested_token_type: ACCESS_TOKEN }])('%j may be said', async (more) => {
  await expect(codeOf(exchangeToken(identity, form(more)))).resolves.toBe('accepted');
});

describe('a form that asks for something else', () => {
  test.each<[ExchangeForm, string]>([
    [{ grant_type: 'authorization_code' }, 'unsupported_grant_type'],
    [{ grant_type: 'client_credentials' }, 'unsupported_grant_type'],
    [{ grant_type: '' }, 'unsupported_grant_type'],
    [{ client_id: 'another' }, 'invalid_client'],
    [{ client_id: '' }, 'invalid_client'],
    [{ subject_token_type: ACCESS_TOKEN }, 'invalid_request'],
    [{ subject_token_type: 'urn:ietf:params:oauth:token-type:saml2' }, 'invalid_request'],
    [{ subject_token: '' }, 'invalid_request'],
    [{ requested_token_type: ID_TOKEN }, 'invalid_request'],
    [{ actor_token: 'somebody else' }, 'invalid_request'],
    [{ audience: 'elsewhere' }, 'invalid_target'],
    [{ resource: 'https://elsewhere.example' }, 'invalid_target'],
    [{ scope: 'everything' }, 'invalid_scope'],
  ])('%j is refused as %s', async (more, code) => {
    await expect(codeOf(exchangeToken(identity, form(more)))).resolves.toBe(code);
    expect(server.calls).toStrictEqual([]);
  });

  test.each([
    ['grant_type', 'unsupported_grant_type'],
    ['subject_token', 'invalid_request'],
    ['subject_token_type', 'invalid_request'],
  ] as const)('without %s is refused as %s', async (name, code) => {
    await expect(codeOf(exchangeToken(identity, without(name)))).resolves.toBe(code);
  });
});

describe('whom a token is from', () => {
  const people = (): OidcProvider => ({ ...server.provider, tokenExchangeAudiences: ['another of ours'] });
  const jobs = (): WorkloadProvider => ({
    ...{ ...jobsOf(server), audience: 'jobs', match: {}, algorithms: server.provider.algorithms },
  });
  const kindOf = async (aud: unknown): Promise<unknown> => {
    const { access_token: token } = await exchangeToken(
      { ...identity, providers: [jobs(), people()] },
      form({ subject_token: server.idToken({ aud }) }),
    );
    return (await authenticator(identity)({ via: 'bearer', token })).principal.kind;
  };

  test.each([
    ['hatcheck', 'person'],
    ['another of ours', 'person'],
    ['jobs', 'workload'],
  ])('its audience says, where an issuer has people and jobs: %s is a %s', async (aud, kind) => {
    await expect(kindOf(aud)).resolves.toBe(kind);
  });

  test('attack: an ID token in the name of a SAML provider is from nobody', async () => {
    const { provider: adfs } = testSamlProvider('https://hatcheck.example.com', () => new Date());
    const token = server.idToken({ iss: adfs.issuer });
    const exchanged = exchangeToken(
      { ...identity, providers: [adfs, server.provider] },
      form({ subject_token: token }),
    );
    await expect(exchanged).rejects.toMatchObject({ code: 'invalid_request', cause: { fault: 'issuer' } });
    expect(server.calls).toStrictEqual([]);
  });
});

test('while the provider is away nobody is told that the token is bad', async () => {
  server.behaviour.answer = (response) => void response.writeHead(503).end();
  await expect(exchangeToken(identity, form())).rejects.toMatchObject({
    ...{ name: 'ExchangeRefused', code: 'temporarily_unavailable', cause: { name: 'ProviderUnavailable' } },
  });
  expect(identity.stored.events).toStrictEqual([]);
});

test('while the replay guard is away nobody is let in', async () => {
  const broken = { ...identity, replayGuard: { burn: () => Promise.reject(unavailable()) } };
  await expect(codeOf(exchangeToken(broken, form()))).resolves.toBe('ledger_unavailable');
  expect(identity.stored.sessions.size).toBe(0);
});
