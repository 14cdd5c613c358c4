import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { create } from '../../functions/signin.ts';
import { systemChance } from '../../lib/broker/system.ts';
import { codeIn, cookiesOf, headerOf, signInByBrowser } from '../support/browser.ts';
import { setFunctionEnvironment, testConfig } from '../support/config.ts';
import { startDynamoDb, type TestDynamoDb } from '../support/dynamodb.ts';
import { httpEvent } from '../support/events.ts';
import { silentLogger } from '../support/logger.ts';
import { memoryClock } from '../support/memory.ts';
import { type OidcServer, compact, makeKey, signWith, signedToken, startOidcServer } from '../support/oidc-server.ts';

// Modelled on the modules of the OpenID Foundation's conformance suite for relying parties, profiles Basic and Config; not certified.

let database: TestDynamoDb;
let server: OidcServer;
let signin: ReturnType<typeof create>;
const clock = memoryClock(new Date().toISOString());

beforeAll(async () => {
  setFunctionEnvironment({ OIDC_SECRET: 'a secret: of/the client' });
  database = await startDynamoDb();
});
afterAll(() => database.close());

beforeEach(async () => {
  server = await startOidcServer(() => Date.parse(clock.now()));
  const config = testConfig({
    ...{ tables: database.tables, endpoints: { dynamodb: database.endpoint } },
    identityProviders: [server.provider],
  });
  signin = create(config, { clock, chance: systemChance, logger: silentLogger });
});
afterEach(() => server.close());

/** How many sessions and recorded sign-ins there are; the subject of each test is of an issuer of its own. */
const traces = async (): Promise<{ sessions: number; signIns: number }> => {
  const { client, tables } = database;
  const [identity, ledger] = await Promise.all(
    [tables.identity, tables.ledger].map((TableName) => client.send(new ScanCommand({ TableName }))),
  );
  return {
    sessions: (identity?.Items ?? []).filter(({ pk }) => pk?.S?.startsWith('session#')).length,
    signIns: (ledger?.Items ?? []).filter((item) => JSON.stringify(item).includes('signin.succeeded')).length,
  };
};

/** Signs in, and sees that what was given out is what stands in the tables. @returns `accepted`, or the code of the refusal */
const outcome = async (): Promise<string> => {
  const before = await traces();
  const { answer } = await signInByBrowser(signin, server);
  const accepted = answer.statusCode === 303;
  const more = accepted ? 1 : 0;
  expect(await traces()).toEqual({ sessions: before.sessions + more, signIns: before.signIns + more });
  expect(cookiesOf(answer)).toHaveLength(more);
  if (!accepted) return codeIn(answer);
  const me = await signin(httpEvent({ path: '/v1/me', cookies: cookiesOf(answer) }));
  expect(me.body).toContain('subject-of-erin');
  return 'accepted';
};

/** A module that is one switch of the provider, and what it demands. */
interface Module {
  readonly name: string;
  readonly turn: () => void;
  readonly demands: 'accepted' | 'invalid_token' | 'provider_unavailable';
}

const claims = (changed: Record<string, unknown>) => () => {
  server.behaviour.claims = changed;
};

const withoutKid = () => {
  const { signingKey } = server.behaviour;
  server.behaviour.idToken = (all) => compact({ alg: signingKey.algorithm, typ: 'JWT' }, all, signWith(signingKey));
};

const rs256 = () => {
  server.behaviour.signingKey = makeKey('RS256');
  server.behaviour.keys = [server.behaviour.signingKey.jwk];
};

const unsigned = () => {
  server.behaviour.idToken = (all) => compact({ alg: 'none' }, all, () => new Uint8Array());
};

describe('Basic relying party, modelled on oidcc-client-test-', () => {
  const modules: readonly Module[] = [
    { name: '(happy path)', turn: () => undefined, demands: 'accepted' },
    { name: 'invalid-iss', turn: claims({ iss: 'https://evil.example' }), demands: 'invalid_token' },
    { name: 'missing-sub', turn: claims({ sub: undefined }), demands: 'invalid_token' },
    { name: 'invalid-aud', turn: claims({ aud: 'another-client' }), demands: 'invalid_token' },
    { name: 'missing-iat', turn: claims({ iat: undefined }), demands: 'invalid_token' },
    { name: 'nonce-invalid', turn: claims({ nonce: 'of another browser' }), demands: 'invalid_token' },
    { name: 'kid-absent-single-jwks', turn: withoutKid, demands: 'accepted' },
    {
      // The module lets a client try each key or refuse; we refuse, so that nobody but the header says which key it is.
      name: 'kid-absent-multiple-jwks',
      turn: () => {
        withoutKid();
        server.behaviour.keys = [server.behaviour.signingKey.jwk, makeKey('ES256', 'another').jwk];
      },
      demands: 'invalid_token',
    },
    { name: 'idtoken-sig-rs256', turn: rs256, demands: 'accepted' },
    // The module lets a client of the code flow refuse what it did not register for.
    { name: 'idtoken-sig-none', turn: unsigned, demands: 'invalid_token' },
    {
      name: 'invalid-sig-rs256',
      turn: () => {
        rs256();
        const published = server.behaviour.signingKey;
        const stranger = makeKey('RS256', published.kid);
        server.behaviour.idToken = (all) => signedToken(stranger, all);
      },
      demands: 'invalid_token',
    },
  ];
  test.each(modules)('$name: $demands', async ({ turn, demands }) => {
    turn();
    expect(await outcome()).toBe(demands);
  });

  test('client-secret-basic: the client proves itself in the header, each part form-encoded, and not in the form', async () => {
    server.behaviour.metadata = {
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    };
    expect(await outcome()).toBe('accepted');
    const [call] = server.tokenCalls;
    const pair = Buffer.from((call?.authorization ?? '').replace(/^Basic /, ''), 'base64').toString();
    expect(pair).toBe('hatcheck:a+secret%3A+of%2Fthe+client');
    expect(call?.form.has('client_secret')).toBe(false);
  });

  test('scope-userinfo-claims: profile and email are asked for, and believed from the ID token alone', async () => {
    server.behaviour.claims = { name: 'Erin Engineer' };
    server.behaviour.userinfo = { sub: 'subject-of-erin', name: 'Another Name', groups: ['sre'] };
    const { begun, answer } = await signInByBrowser(signin, server);
    const scopes = new URL(headerOf(begun, 'location')).searchParams.get('scope')?.split(' ');
    expect(scopes).toEqual(['openid', 'profile', 'email']);
    const me = await signin(httpEvent({ path: '/v1/me', cookies: cookiesOf(answer) }));
    expect(me.body).toContain('"displayName":"Erin Engineer"');
    expect(me.body).toContain('"groups":[]');
    expect(server.calls).not.toContain('/userinfo');
  });

  test('userinfo-invalid-sub: an endpoint that speaks of somebody else is never asked', async () => {
    server.behaviour.userinfo = { sub: 'somebody-else', groups: ['sre'] };
    expect(await outcome()).toBe('accepted');
    expect(server.calls).not.toContain('/userinfo');
  });
});

describe('Config relying party, modelled on oidcc-client-test-', () => {
  test('discovery-openid-config: the endpoints are those that the provider publishes', async () => {
    server.behaviour.metadata = { authorization_endpoint: `${server.issuer}/elsewhere?tenant=1` };
    const { begun, answer } = await signInByBrowser(signin, server);
    const { pathname, searchParams } = new URL(headerOf(begun, 'location'));
    expect([pathname, searchParams.get('tenant')]).toEqual(['/elsewhere', '1']);
    expect(answer.statusCode).toBe(303);
    expect(server.calls[0]).toBe('/.well-known/openid-configuration');
  });

  test('discovery-jwks-uri-keys: the key that verifies comes from where jwks_uri says', async () => {
    expect(await outcome()).toBe('accepted');
    expect(server.calls.filter((path) => path === '/jwks')).toHaveLength(1);
  });

  test('discovery-issuer-mismatch: a provider that speaks of another issuer signs nobody in', async () => {
    server.behaviour.metadata = { issuer: 'https://evil.example' };
    expect(await outcome()).toBe('provider_unavailable');
    expect(server.tokenCalls).toStrictEqual([]);
  });

  test('idtoken-sig-none: also from a provider that publishes it as supported', async () => {
    server.behaviour.metadata = { id_token_signing_alg_values_supported: ['none', 'RS256'] };
    unsigned();
    expect(await outcome()).toBe('invalid_token');
  });

  test('signing-key-rotation: the next sign-in is good with the new key', async () => {
    expect(await outcome()).toBe('accepted');
    server.behaviour.signingKey = makeKey('ES256', 'next');
    server.behaviour.keys = [server.behaviour.signingKey.jwk];
    // Sooner than half a minute after a fetch there is no other, whoever asks.
    clock.advance(30);
    expect(await outcome()).toBe('accepted');
    expect(server.calls.filter((path) => path === '/jwks')).toHaveLength(2);
  });

  test('signing-key-rotation-just-before-signing: a key that appears after the browser was sent off is good', async () => {
    const next = makeKey('ES256', 'next');
    server.behaviour.idToken = (all) => {
      server.behaviour.keys = [server.behaviour.keys[0], next.jwk];
      return signedToken(next, all);
    };
    expect(await outcome()).toBe('accepted');
  });
});
