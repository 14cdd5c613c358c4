import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { create } from '../../functions/signin.ts';
import { systemChance } from '../../lib/broker/system.ts';
import { cookiesOf, headerOf, signInByBrowser } from '../support/browser.ts';
import { setFunctionEnvironment, testConfig } from '../support/config.ts';
import { startDynamoDb, type TestDynamoDb } from '../support/dynamodb.ts';
import { httpEvent } from '../support/events.ts';
import { silentLogger } from '../support/logger.ts';
import { memoryClock } from '../support/memory.ts';
import { type OidcServer, startOidcServer } from '../support/oidc-server.ts';

let database: TestDynamoDb;
let server: OidcServer;
let signin: ReturnType<typeof create>;
let origin: string;
const clock = memoryClock(new Date().toISOString());

beforeAll(async () => {
  setFunctionEnvironment({ OIDC_SECRET: 'a secret' });
  database = await startDynamoDb();
  server = await startOidcServer(() => Date.parse(clock.now()));
  const config = testConfig({
    ...{ tables: database.tables, endpoints: { dynamodb: database.endpoint } },
    identityProviders: [server.provider],
  });
  origin = config.origin;
  signin = create(config, { clock, chance: systemChance, logger: silentLogger });
});
afterAll(async () => {
  await server.close();
  await database.close();
});

test('E4: redirect_uri is the configured one in both calls, whatever host the browser names', async () => {
  const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example', forwarded: 'host=evil.example' };
  const begun = await signin(httpEvent({ path: '/login', headers }));
  const location = headerOf(begun, 'location');
  expect(new URL(location).searchParams.getAll('redirect_uri')).toEqual([`${origin}/oidc/callback`]);
  const query = new URLSearchParams(server.signIn(location)).toString();
  await signin(httpEvent({ path: `/oidc/callback?${query}`, cookies: cookiesOf(begun), headers }));
  expect(server.tokenCalls.at(-1)?.form.getAll('redirect_uri')).toEqual([`${origin}/oidc/callback`]);
});

test('E6: every redirect is a 303, so that no form is posted on', async () => {
  const { begun, answer } = await signInByBrowser(signin, server);
  const signedOut = await signin(
    httpEvent({ method: 'POST', path: '/logout', form: {}, headers: { origin, 'sec-fetch-site': 'same-origin' } }),
  );
  expect([begun, answer, signedOut].map(({ statusCode }) => statusCode)).toEqual([303, 303, 303]);
});

test('E7: no token, code or secret stands in an address; nothing is cached or told to others', async () => {
  const { begun, answer } = await signInByBrowser(signin, server);
  const [session = ''] = cookiesOf(answer);
  const secret = session.split('.')[1] ?? '';
  expect(secret).toHaveLength(43);
  for (const each of [begun, answer]) {
    expect(headerOf(each, 'cache-control')).toBe('no-store');
    expect(headerOf(each, 'referrer-policy')).toBe('no-referrer');
    for (const canary of [secret, 'code-', 'a+secret', server.behaviour.accessToken])
      expect(headerOf(each, 'location')).not.toContain(canary);
    expect(headerOf(each, 'location')).not.toMatch(/eyJ[\w-]+\.eyJ/);
  }
});
