import { describe, expect, test } from '@jest/globals';
import { DOMParser } from '@xmldom/xmldom';
import { create } from '../../functions/signin.ts';
import { systemChance } from '../../lib/broker/system.ts';
import type { WorkloadProvider } from '../../lib/identity/ports.ts';
import { headerOf } from '../support/browser.ts';
import { testConfig } from '../support/config.ts';
import { httpEvent } from '../support/events.ts';
import { silentLogger } from '../support/logger.ts';
import { memoryClock } from '../support/memory.ts';
import { testSamlProvider } from '../support/saml-provider.ts';

const clock = memoryClock(new Date().toISOString());
const { identityProviders: oidc, origin } = testConfig();
const { provider: saml } = testSamlProvider(origin, () => new Date(clock.now()));
const jobs: WorkloadProvider = {
  ...{ id: 'ci', type: 'oidc-workload', issuer: 'https://ci.example.com', audience: 'hatcheck' },
  ...{ algorithms: ['RS256'], match: { repository: ['example/app'] }, groups: [] },
};

const login = (query = '', headers: Record<string, string> = {}) =>
  create(testConfig({ identityProviders: [...oidc, saml, jobs] }), {
    clock,
    chance: systemChance,
    logger: silentLogger,
  })(httpEvent({ path: `/login${query}`, headers: { accept: 'text/html', ...headers } }));

const linksIn = (html: string) =>
  Array.from(new DOMParser().parseFromString(html, 'text/html').getElementsByTagName('a')).map((link) => ({
    name: link.textContent,
    href: new URL(link.getAttribute('href') ?? '', origin),
  }));

describe('where several identity providers are configured, GET /login', () => {
  test('lets the person choose one of those that people sign in at', async () => {
    const answer = await login();
    expect([answer.statusCode, answer.cookies ?? []]).toEqual([200, []]);
    expect(linksIn(answer.body ?? '').map(({ name }) => name)).toEqual(['local-oidc', 'adfs']);
  });

  test('keeps where the person was going, as whom, and how strongly they must sign in', async () => {
    const wish = { returnTo: '/requests?a=1&b=2', loginHint: 'engineer@example.com', stepUp: 'mfa' };
    const { body = '' } = await login(`?${new URLSearchParams(wish).toString()}`);
    for (const { name, href } of linksIn(body)) {
      expect(href.pathname).toBe('/login');
      expect(Object.fromEntries(href.searchParams)).toEqual({ ...wish, provider: name });
    }
  });

  test('attack: markup in a parameter stays text', async () => {
    const loginHint = '"><script>alert(1)</script>';
    const { body = '' } = await login(`?${new URLSearchParams({ loginHint }).toString()}`);
    expect(body).not.toMatch(/<script|"">/);
  });

  test('needs no script, and allows none', async () => {
    const answer = await login();
    const policy = headerOf(answer, 'content-security-policy');
    expect(policy).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]+'; frame-ancestors 'none'/);
    expect(policy).not.toContain('script-src');
  });

  test('attack: a returnTo that leaves us is refused before anybody chooses', async () => {
    expect((await login('?returnTo=//evil.example')).statusCode).toBe(400);
  });

  test.each(['unknown', 'ci'])('a provider that nobody signs in at is refused: %s', async (id) => {
    const { headers, statusCode } = await login(`?provider=${id}`);
    expect([statusCode, headers?.['location']]).toEqual([400, undefined]);
  });
});

describe('login CSRF: whom another site leads to GET /login', () => {
  test.each(['cross-site', 'same-site'])('is signed in by no redirect, but by a click of theirs (%s)', async (site) => {
    const answer = await login('?provider=adfs&returnTo=/requests', { 'sec-fetch-site': site });
    expect([answer.statusCode, answer.cookies ?? [], answer.headers?.['location']]).toEqual([200, [], undefined]);
    const [link, ...others] = linksIn(answer.body ?? '');
    expect(others).toStrictEqual([]);
    expect(Object.fromEntries(link?.href.searchParams ?? [])).toEqual({ provider: 'adfs', returnTo: '/requests' });
  });

  test.each(['same-origin', 'none', undefined])('and nobody else is asked twice (%s)', async (site) => {
    const headers = site === undefined ? {} : { 'sec-fetch-site': site };
    // It goes on to remember the attempt, for which there is no table here.
    expect((await login('?provider=adfs', headers)).statusCode).toBe(503);
  });

  test('is told at once of a provider that is not there, and of a way back that leaves us', async () => {
    const headers = { 'sec-fetch-site': 'cross-site' };
    expect((await login('?provider=unknown', headers)).statusCode).toBe(400);
    expect((await login('?provider=adfs&returnTo=//evil.example', headers)).statusCode).toBe(400);
  });
});
