import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { create } from '../../functions/signin.ts';
import { dynamoLedger } from '../../lib/aws/ledger.ts';
import { readStanding } from '../../lib/broker/person-stream.ts';
import { systemChance } from '../../lib/broker/system.ts';
import { answers } from '../../lib/http/answers.ts';
import { cookiesOf, headerOf } from '../support/browser.ts';
import { setFunctionEnvironment, testConfig } from '../support/config.ts';
import { type TestDynamoDb, startDynamoDb } from '../support/dynamodb.ts';
import { type HttpCall, httpEvent } from '../support/events.ts';
import { silentLogger } from '../support/logger.ts';
import { memoryClock } from '../support/memory.ts';
import { type OidcServer, startOidcServer } from '../support/oidc-server.ts';
import { type TestSamlProvider, testSamlProvider } from '../support/saml-provider.ts';

const ORIGIN = 'http://127.0.0.1:3000';

let database: TestDynamoDb;
let server: OidcServer;
let adfs: TestSamlProvider;
let signin: ReturnType<typeof create>;
let clock = memoryClock();
let people = 0;

beforeAll(async () => {
  setFunctionEnvironment({ OIDC_SECRET: 'a client secret' });
  database = await startDynamoDb();
  server = await startOidcServer(() => Date.parse(clock.now()));
});
afterAll(async () => {
  await server.close();
  await database.close();
});
beforeEach(() => {
  clock = memoryClock(new Date().toISOString());
  adfs = testSamlProvider(ORIGIN, () => new Date(clock.now()));
  const config = testConfig({
    ...{ tables: database.tables, endpoints: { dynamodb: database.endpoint }, origin: ORIGIN },
    identityProviders: [server.provider, adfs.provider],
  });
  signin = create(config, { clock, chance: systemChance, logger: silentLogger });
});

type Reply = APIGatewayProxyStructuredResultV2 & {
  readonly json: { readonly url?: string; readonly code?: string; readonly identities?: readonly Identity[] };
};
interface Identity {
  readonly handle: string;
  readonly current: boolean;
}

const call = async (http: HttpCall): Promise<Reply> => {
  const answer = await signin(httpEvent(http));
  const { body = '' } = answer;
  return { ...answer, json: body.startsWith('{') ? (JSON.parse(body) as Reply['json']) : {} };
};

/** Somebody whom no other test knows. */
const somebody = (): string => `somebody-${(people += 1)}`;

/** What the OpenID provider's page does: whoever signs in there now is `subject`. */
const callback = (location: string, subject: string, cookies: string[]) => {
  server.behaviour.claims = { sub: subject, groups: ['sre'], name: subject };
  const query = new URLSearchParams(server.signIn(location)).toString();
  return call({ path: `/oidc/callback?${query}`, cookies });
};

const signedIn = async (subject: string): Promise<string[]> => {
  const begun = await call({ path: '/login?provider=local-oidc' });
  return cookiesOf(await callback(headerOf(begun, 'location'), subject, cookiesOf(begun)));
};

const sameOrigin = { 'hatcheck-csrf': '1', origin: ORIGIN };

const begin = async (cookies: string[], body: object = { provider: 'local-oidc' }) => {
  const answer = await call({ method: 'POST', path: '/v1/identities', cookies, headers: sameOrigin, body });
  return { answer, url: answer.json.url ?? '', login: cookiesOf(answer) };
};

const handleIn = (cookies: string[]): string => /^__Host-hatcheck=(p_[\w-]{43})\./.exec(cookies[0] ?? '')?.[1] ?? '';
const identitiesOf = async (cookies: string[]): Promise<readonly string[]> =>
  ((await call({ path: '/v1/identities', cookies })).json.identities ?? []).map(({ handle }) => handle);
const sameAs = async (handle: string): Promise<readonly string[]> =>
  (await readStanding(dynamoLedger({ client: database.client, table: database.tables.ledger }), handle)).sameAs;

describe('linking', () => {
  test('proves a second identity in the same browser; the session stays the first one’s', async () => {
    const [first, second] = [somebody(), somebody()];
    const other = handleIn(await signedIn(second));
    const cookies = await signedIn(first);
    const { answer, url, login } = await begin(cookies, { provider: 'local-oidc', returnTo: '/identities' });
    expect([answer.statusCode, answers.LinkUrl().safeParse(answer.json).success]).toEqual([200, true]);
    expect(new URL(url).searchParams.get('prompt')).toBe('login');

    const done = await callback(url, second, [...cookies, ...login]);
    expect([done.statusCode, headerOf(done, 'location')]).toEqual([303, '/identities']);
    expect(done.cookies).toEqual(['__Host-hatcheck-login=; Max-Age=0; Path=/; Secure; HttpOnly; SameSite=Lax']);

    const mine = handleIn(cookies);
    const listed = await call({ path: '/v1/identities', cookies });
    expect(answers.Identities().safeParse(listed.json).error).toBeUndefined();
    expect(listed.json.identities).toMatchObject([
      { handle: mine, displayName: first, current: true },
      { handle: other, displayName: second, current: false },
    ]);
    expect(listed.json).toMatchObject({ providers: ['local-oidc', 'adfs'], chatAccounts: [] });
    expect([await sameAs(mine), await sameAs(other)]).toEqual([[other], [mine]]);
  });

  test('goes through a SAML provider too', async () => {
    const cookies = await signedIn(somebody());
    const { url, login } = await begin(cookies, { provider: 'adfs' });
    const nameId = somebody();
    const SAMLResponse = adfs.respond(url, { nameId });
    const posted = await call({ method: 'POST', path: '/saml/acs', form: { SAMLResponse } });
    const done = await call({ path: headerOf(posted, 'location'), cookies: [...cookies, ...login] });
    expect([done.statusCode, headerOf(done, 'location'), cookiesOf(done)]).toEqual([303, '/', []]);
    expect(await sameAs(handleIn(cookies))).toHaveLength(1);
    expect(await identitiesOf(cookies)).toHaveLength(2);
  });

  test('the same identity again links nothing', async () => {
    const subject = somebody();
    const cookies = await signedIn(subject);
    const { url, login } = await begin(cookies);
    expect((await callback(url, subject, [...cookies, ...login])).statusCode).toBe(303);
    expect(await sameAs(handleIn(cookies))).toStrictEqual([]);
  });

  test('is undone by either, and approves nothing of one’s own all the same', async () => {
    const second = somebody();
    const cookies = await signedIn(somebody());
    const { url, login } = await begin(cookies);
    await callback(url, second, [...cookies, ...login]);
    const theirs = await signedIn(second);
    const removed = await call({
      ...{ method: 'DELETE', path: `/v1/identities/${handleIn(cookies)}`, routeKey: 'DELETE /v1/identities/{id}' },
      ...{ cookies: theirs, headers: sameOrigin },
    });
    expect([removed.statusCode, removed.json.identities]).toMatchObject([200, [{ handle: handleIn(theirs) }]]);
    expect(await identitiesOf(cookies)).toEqual([handleIn(cookies)]);
    expect(await sameAs(handleIn(cookies))).toEqual([handleIn(theirs)]);
  });

  test('nobody’s but a linked identity is there to be removed', async () => {
    const cookies = await signedIn(somebody());
    const stranger = handleIn(await signedIn(somebody()));
    const removed = await call({
      ...{ method: 'DELETE', path: `/v1/identities/${stranger}`, routeKey: 'DELETE /v1/identities/{id}' },
      ...{ cookies, headers: sameOrigin },
    });
    expect(removed.json.code).toBe('not_found');
  });
});

describe('attack: a link', () => {
  test('begun by one session and finished by another links nobody, and signs nobody in', async () => {
    const attacker = await signedIn(somebody());
    const victim = await signedIn(somebody());
    const { url, login } = await begin(attacker);
    const subject = somebody();
    // The victim's browser is lured to the provider with the attacker's link, and even with the attacker's pre-login cookie.
    const done = await callback(url, subject, [...victim, ...login]);
    expect([done.statusCode, done.json.code, cookiesOf(done)]).toEqual([401, 'not_signed_in', []]);
    expect([await sameAs(handleIn(attacker)), await sameAs(handleIn(victim))]).toEqual([[], []]);
  });

  test('finished in a browser that did not begin it links nobody', async () => {
    const cookies = await signedIn(somebody());
    const { url } = await begin(cookies);
    const elsewhere = await begin(await signedIn(somebody()));
    const done = await callback(url, somebody(), [...cookies, ...elsewhere.login]);
    expect(done.json.code).toBe('not_signed_in');
    expect(await sameAs(handleIn(cookies))).toStrictEqual([]);
  });

  test('finished by a browser that shows no session, or one that has ended since, links nobody', async () => {
    const cookies = await signedIn(somebody());
    const first = await begin(cookies);
    expect((await callback(first.url, somebody(), first.login)).json.code).toBe('not_signed_in');
    const second = await begin(cookies);
    const me = await call({ path: '/v1/me', cookies });
    await call({
      ...{ method: 'POST', path: '/logout', cookies, form: { csrf: headerOf(me, 'hatcheck-csrf') } },
      headers: { origin: ORIGIN, 'sec-fetch-site': 'same-origin' },
    });
    expect((await callback(second.url, somebody(), [...cookies, ...second.login])).json.code).toBe('not_signed_in');
    expect(await sameAs(handleIn(cookies))).toStrictEqual([]);
  });

  test('of a later session of the same person links nobody: it was not that one’s wish', async () => {
    const subject = somebody();
    const { url, login } = await begin(await signedIn(subject));
    const later = await signedIn(subject);
    expect((await callback(url, somebody(), [...later, ...login])).json.code).toBe('not_signed_in');
  });

  test('by SAML that another session finishes links nobody', async () => {
    const cookies = await signedIn(somebody());
    const { url, login } = await begin(cookies, { provider: 'adfs' });
    const SAMLResponse = adfs.respond(url, { nameId: somebody() });
    const posted = await call({ method: 'POST', path: '/saml/acs', form: { SAMLResponse } });
    const other = await signedIn(somebody());
    const done = await call({ path: headerOf(posted, 'location'), cookies: [...other, ...login] });
    expect([done.json.code, cookiesOf(done)]).toEqual(['not_signed_in', []]);
    expect([await sameAs(handleIn(cookies)), await sameAs(handleIn(other))]).toEqual([[], []]);
  });

  test('with a sign-in from before it was asked for proves nothing', async () => {
    const cookies = await signedIn(somebody());
    clock.advance(600);
    const { url, login } = await begin(cookies);
    server.behaviour.claims = { sub: somebody(), auth_time: Math.floor(Date.parse(clock.now()) / 1000) - 300 };
    const query = new URLSearchParams(server.signIn(url)).toString();
    const done = await call({ path: `/oidc/callback?${query}`, cookies: [...cookies, ...login] });
    expect(done.json.code).toBe('invalid_token');
    expect(await sameAs(handleIn(cookies))).toStrictEqual([]);
  });

  test('posted by another site begins none', async () => {
    const cookies = await signedIn(somebody());
    const body = { provider: 'local-oidc' };
    const forged = await call({ method: 'POST', path: '/v1/identities', cookies, body });
    expect(forged.json.code).toBe('cross_origin');
  });
});
