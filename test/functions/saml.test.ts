import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { DOMParser } from '@xmldom/xmldom';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { create } from '../../functions/signin.ts';
import { systemChance } from '../../lib/broker/system.ts';
import type { Config } from '../../lib/config/environment.ts';
import { setFunctionEnvironment, testConfig } from '../support/config.ts';
import { type TestDynamoDb, startDynamoDb } from '../support/dynamodb.ts';
import { type HttpCall, httpEvent } from '../support/events.ts';
import { recordingLogger } from '../support/logger.ts';
import { memoryClock } from '../support/memory.ts';
import { REFEDS_MFA, type TestSamlProvider, testSamlProvider } from '../support/saml-provider.ts';

let database: TestDynamoDb;
let config: Config;
let clock = memoryClock();
let log = recordingLogger();
let adfs: TestSamlProvider;
let signin: ReturnType<typeof create>;

const configure = (changes: Parameters<typeof testSamlProvider>[2] = {}) => {
  adfs = testSamlProvider('http://127.0.0.1:3000', () => new Date(clock.now()), changes);
  config = testConfig({
    ...{ tables: database.tables, endpoints: { dynamodb: database.endpoint } },
    identityProviders: [adfs.provider],
  });
  signin = create(config, { clock, chance: systemChance, logger: log.logger });
};

beforeAll(async () => {
  setFunctionEnvironment();
  database = await startDynamoDb();
});
afterAll(async () => {
  await database.close();
});
beforeEach(() => {
  clock = memoryClock(new Date().toISOString());
  log = recordingLogger();
  configure();
});

const call = async (http: HttpCall): Promise<APIGatewayProxyStructuredResultV2 & { code: unknown }> => {
  const answer = await signin(httpEvent(http));
  const isJson = answer.body?.startsWith('{') === true;
  const { code } = isJson ? (JSON.parse(answer.body ?? '') as { code?: unknown }) : {};
  return { ...answer, code };
};

const locationOf = ({ headers = {} }: APIGatewayProxyStructuredResultV2): string => String(headers['location']);

/** `name=value` of the cookies that an answer sets. */
const pairsOf = ({ cookies = [] }: APIGatewayProxyStructuredResultV2): string[] =>
  cookies.map((cookie) => cookie.split(';')[0] ?? '').filter((pair) => !pair.endsWith('='));

const begin = async (path = '/login') => {
  const begun = await call({ path });
  expect(begun.statusCode).toBe(303);
  return { location: locationOf(begun), cookies: pairsOf(begun) };
};

/** The provider's page posts: from another site, so with its Origin and without any cookie. */
const post = (response: string, more: Record<string, string> = {}) =>
  call({
    ...{ method: 'POST', path: '/saml/acs', form: { SAMLResponse: response, ...more } },
    headers: { origin: 'https://adfs.example.com', 'sec-fetch-site': 'cross-site' },
  });

const meOf = async (cookies: string[]) => {
  const { body = '{}' } = await signin(httpEvent({ path: '/v1/me', cookies }));
  return (JSON.parse(body) as { principal?: Record<string, unknown> }).principal;
};

type Statement = Parameters<TestSamlProvider['respond']>[1];

const throughProvider = async (path = '/login', statement: Statement = {}) => {
  const { location, cookies } = await begin(path);
  const posted = await post(adfs.respond(location, statement));
  return posted.statusCode === 303 ? call({ path: locationOf(posted), cookies }) : posted;
};

describe('a person in a browser', () => {
  test('signs in through a SAML provider, is who it says, and goes where they wanted', async () => {
    const finished = await throughProvider('/login?provider=adfs&returnTo=/requests');
    expect([finished.statusCode, locationOf(finished)]).toEqual([303, '/requests']);
    await expect(meOf(pairsOf(finished))).resolves.toMatchObject({
      ...{ issuer: adfs.provider.issuer, subject: 'subject-of-erin', kind: 'person', methods: ['pwd'] },
      ...{ displayName: 'Erin Engineer', email: 'erin@example.com' },
      ...{ groups: ['adfs:engineering', 'adfs:sre'], authenticatedAt: clock.now() },
    });
  });

  test('is sent with a request that asks for no more than it needs', async () => {
    const { location } = await begin('/login?loginHint=engineer@example.com');
    const { id, xml } = adfs.request(location);
    expect(id).toMatch(/^_[\w-]{27}$/);
    expect(xml).toContain('Destination="https://adfs.example.com/ls"');
    expect(xml).toContain('<saml:Issuer>http://127.0.0.1:3000/saml/metadata</saml:Issuer>');
    expect(xml).not.toMatch(/ForceAuthn|RequestedAuthnContext/);
    expect(xml).toContain('<saml:Subject><saml:NameID>engineer@example.com</saml:NameID></saml:Subject>');
    expect([...new URL(location).searchParams.keys()]).toEqual(['SAMLRequest']);
  });

  test('who steps up is asked for anew, with a second factor', async () => {
    const { location } = await begin('/login?stepUp=mfa');
    expect(adfs.request(location).xml).toMatch(
      /ForceAuthn="true".*Comparison="exact"><saml:AuthnContextClassRef>https:\/\/refeds\.org\/profile\/mfa</,
    );
    const finished = await throughProvider('/login?stepUp=mfa', { authnContext: REFEDS_MFA });
    await expect(meOf(pairsOf(finished))).resolves.toMatchObject({ methods: ['mfa'] });
  });

  test('loses the session when the provider wants it to end', async () => {
    const sessionNotOnOrAfter = new Date(Date.parse(clock.now()) + 1800_000);
    const cookies = pairsOf(await throughProvider('/login', { sessionNotOnOrAfter }));
    clock.advance(1799);
    expect((await call({ path: '/v1/me', cookies })).statusCode).toBe(200);
    clock.advance(1);
    expect((await call({ path: '/v1/me', cookies })).code).toBe('session_expired');
  });

  test('leaves no assertion, address or name in the log', async () => {
    await throughProvider();
    await throughProvider('/login', { audience: 'https://other.example.com' });
    expect(log.text()).toContain('audience');
    for (const canary of ['erin@', 'Erin', 'subject-of-erin', 'PHNhbWxw', 'ticket'])
      expect(log.text()).not.toContain(canary);
  });
});

describe('a response', () => {
  test('replayed fifty times at once is good once', async () => {
    const { location, cookies } = await begin();
    const response = adfs.respond(location);
    const posted = await Promise.all(Array.from({ length: 50 }, () => post(response)));
    const taken = posted.filter(({ statusCode }) => statusCode === 303);
    expect(taken).toHaveLength(1);
    expect(new Set(posted.filter((one) => !taken.includes(one)).map(({ code }) => code))).toEqual(
      new Set(['not_signed_in']),
    );
    const path = taken.map(locationOf)[0] ?? '';
    const finished = await Promise.all(Array.from({ length: 20 }, () => call({ path, cookies })));
    expect(finished.filter(({ statusCode }) => statusCode === 303)).toHaveLength(1);
  });

  test('begun in another browser signs nobody in, and the ticket is burnt', async () => {
    const victim = await begin();
    const attacker = await begin();
    const { headers = {} } = await post(adfs.respond(attacker.location));
    const path = String(headers['location']);
    for (const cookies of [victim.cookies, [], attacker.cookies]) {
      const answer = await call({ path, cookies });
      expect([answer.statusCode, answer.code]).toEqual([401, 'not_signed_in']);
      expect(answer.cookies ?? []).toStrictEqual([]);
    }
  });

  test.each(['javascript:alert(1)', '//evil.example', 'https://evil.example/', '/requests'])(
    'with the RelayState %s sends nobody there',
    async (RelayState) => {
      const { location, cookies } = await begin('/login?returnTo=/mine');
      const posted = await post(adfs.respond(location), { RelayState });
      expect(locationOf(posted)).toMatch(/^\/saml\/finish\?ticket=[\w-]{43}$/);
      expect(locationOf(await call({ path: locationOf(posted), cookies }))).toBe('/mine');
    },
  );

  test('that waits longer than a minute for its browser is over', async () => {
    const { location, cookies } = await begin();
    const path = locationOf(await post(adfs.respond(location)));
    clock.advance(60);
    expect((await call({ path, cookies })).code).toBe('not_signed_in');
  });

  test('to a request of ten minutes ago is over', async () => {
    const { location } = await begin();
    clock.advance(600);
    expect((await post(adfs.respond(location))).code).toBe('not_signed_in');
  });

  test('that nobody asked for signs nobody in', async () => {
    const { cookies } = await begin();
    const posted = await post(adfs.respond(undefined));
    expect([posted.statusCode, posted.code]).toEqual([401, 'not_signed_in']);
    expect(cookies).toHaveLength(1);
  });

  test('that nobody asked for signs in where access.yml says so, once', async () => {
    configure({ idpInitiated: true });
    const response = adfs.respond(undefined);
    const [first, again] = [await post(response), await post(response)];
    expect(again.code).toBe('invalid_token');
    const finished = await call({ path: locationOf(first) });
    expect(locationOf(finished)).toBe('/');
    await expect(meOf(pairsOf(finished))).resolves.toMatchObject({ subject: 'subject-of-erin' });
  });

  test.each<[string, string, Statement]>([
    ['from before the step-up', '/login?stepUp=fresh', { authnInstant: new Date(Date.now() - 3600_000) }],
    ['for a transient name', '/login', { nameIdFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient' }],
    ['with a group that is no text', '/login', { attributes: { groups: ['a\tb'] } }],
    ['for another service', '/login', { audience: 'https://other.example.com' }],
    ['of another provider', '/login', { issuer: 'https://evil.example.com' }],
  ])('%s signs nobody in', async (_what, path, statement) => {
    const answer = await throughProvider(path, statement);
    expect([answer.statusCode, answer.code]).toEqual([401, 'invalid_token']);
  });

  test('attack: in the address, of a GET or beside a good body, is refused', async () => {
    const { location } = await begin();
    const response = adfs.respond(location);
    const query = new URLSearchParams({ SAMLResponse: response }).toString();
    const beside = { method: 'POST', path: `/saml/acs?${query}`, form: { SAMLResponse: response } };
    expect((await call(beside)).code).toBe('invalid_input');
    expect((await call({ path: `/saml/acs?${query}` })).statusCode).toBe(404);
    expect((await post(response)).statusCode).toBe(303);
  });

  test('attack: compressed in its body is refused', async () => {
    const { location } = await begin();
    const form = new URLSearchParams({ SAMLResponse: adfs.respond(location) }).toString();
    const answer = await call({
      ...{ method: 'POST', path: '/saml/acs', body: gzipSync(form).toString('base64'), isBase64Encoded: true },
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-encoding': 'gzip' },
    });
    expect(answer.statusCode).toBeGreaterThanOrEqual(400);
    expect(answer.statusCode).toBeLessThan(500);
  });

  test.each<[string, string, string]>([
    ['is a list', 'SAMLResponse%5B%5D=a', 'invalid_input'],
    ['is given twice', 'SAMLResponse=a&SAMLResponse=b', 'invalid_input'],
    ['is missing', 'RelayState=a', 'invalid_input'],
    ['is no XML', 'SAMLResponse=YWJj', 'not_signed_in'],
  ])('that %s is refused', async (_what, form, code) => {
    expect((await call({ method: 'POST', path: '/saml/acs', form })).code).toBe(code);
  });
});

test('the metadata says where responses go and that assertions must be signed', async () => {
  const answer = await call({ path: '/saml/metadata' });
  expect([answer.statusCode, answer.headers?.['content-type']]).toEqual([
    200,
    'application/samlmetadata+xml; charset=utf-8',
  ]);
  const { documentElement } = new DOMParser().parseFromString(answer.body ?? '', 'text/xml');
  expect(documentElement.getAttribute('entityID')).toBe('http://127.0.0.1:3000/saml/metadata');
  const [acs] = Array.from(documentElement.getElementsByTagName('md:AssertionConsumerService'));
  expect(acs?.getAttribute('Location')).toBe('http://127.0.0.1:3000/saml/acs');
});
