import { createHash, randomBytes } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import type { AssumeRoleCommandInput } from '@aws-sdk/client-sts';
import type { LocalAws, LocalAwsOptions } from '../../../local/aws/server.ts';
import { ALLOW_ALL, BROKER, clientConfig, offsetTo, policy, start, TARGET } from './small-world.ts';

interface SessionJson {
  sessionId: string;
  sessionKey: string;
  sessionToken: string;
}

const running: LocalAws[] = [];

async function startOne(options: Partial<LocalAwsOptions> = {}): Promise<LocalAws> {
  const aws = await start(options);
  running.push(aws);
  return aws;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((aws) => aws.close()));
});

/** Credentials of the target role, from a chain, as the federation endpoint wants them. */
async function chained(
  aws: LocalAws,
  input: Partial<AssumeRoleCommandInput> = {},
  now = new Date(),
): Promise<SessionJson> {
  const client = new STSClient(clientConfig(aws, BROKER, 'session', now));
  client.config.systemClockOffset = offsetTo(now);
  const command = new AssumeRoleCommand({ RoleArn: TARGET, RoleSessionName: 'engineer@example.com', ...input });
  const { Credentials } = await client.send(command);
  return {
    sessionId: Credentials?.AccessKeyId ?? '',
    sessionKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  };
}

/** The same, from no chain. */
function direct(aws: LocalAws, seconds?: number): SessionJson {
  const { accessKeyId, secretAccessKey, sessionToken } = aws.credentialsFor(TARGET, 'engineer', seconds);
  return { sessionId: accessKeyId, sessionKey: secretAccessKey, sessionToken };
}

function getToken(aws: LocalAws, session: unknown, more: Record<string, string> = {}): Promise<Response> {
  const body = new URLSearchParams({ Action: 'getSigninToken', Session: JSON.stringify(session), ...more });
  return fetch(aws.federationEndpoint, { method: 'POST', body });
}

async function tokenOf(answer: Response): Promise<string> {
  const body = (await answer.json()) as { SigninToken: string };
  return body.SigninToken;
}

function login(aws: LocalAws, SigninToken: string, more: Record<string, string> = {}): Promise<Response> {
  const Destination = `${aws.consoleOrigin}/s3/home?region=eu-west-1`;
  const query = new URLSearchParams({ Action: 'login', SigninToken, Destination, ...more });
  return fetch(`${aws.federationEndpoint}?${query.toString()}`, { redirect: 'manual' });
}

/** Follows the redirection with the cookie, and returns the page. */
async function openConsole(
  aws: LocalAws,
  loggedIn: Response,
): Promise<{ status: number; page: string; answer: Response }> {
  const cookie = (loggedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  const answer = await fetch(loggedIn.headers.get('location') ?? `${aws.consoleOrigin}/console/`, {
    headers: { cookie },
  });
  return { status: answer.status, page: await answer.text(), answer };
}

describe('from credentials to the console', () => {
  test('the page shows whom the session belongs to and what it may list', async () => {
    const now = new Date('2026-11-22T10:00:00Z');
    const aws = await startOne({ clock: () => now });
    const limited = policy(
      { Effect: 'Allow', Action: 's3:List*', Resource: ['arn:aws:s3:::*'] },
      { Effect: 'Deny', Action: '*', Resource: 'arn:aws:s3:::invoices' },
    );
    const input = {
      SourceIdentity: 'p_x',
      Tags: [{ Key: 'hatcheck-request', Value: 'r_1' }],
      Policy: JSON.stringify(limited),
    };
    const loggedIn = await login(aws, await tokenOf(await getToken(aws, await chained(aws, input, now))));
    expect(loggedIn.status).toBe(302);
    expect(loggedIn.headers.get('location')).toBe(`${aws.consoleOrigin}/s3/home?region=eu-west-1`);
    expect(loggedIn.headers.get('set-cookie')).toMatch(/HttpOnly; SameSite=Lax; Path=\/$/);
    const { status, page } = await openConsole(aws, loggedIn);
    expect(status).toBe(200);
    const shown = (id: string) =>
      new RegExp(`id="${id}"[^>]*>([^]*?)</(?:dd|ul|p)>`).exec(page)?.[1]?.replace(/<[^>]*>|\s+/g, ' ');
    expect(shown('account')).toContain('111122223333');
    expect(shown('role')).toContain(TARGET);
    expect(shown('session-name')).toContain('engineer@example.com');
    expect(shown('source-identity')).toContain('p_x');
    expect(shown('tags')).toMatch(/hatcheck-request.*r_1/);
    expect(shown('time-left')).toContain('1 h 0 min');
    expect(shown('buckets')).toMatch(/reports.*may be listed.*invoices.*may not be listed/);
    expect(aws.calls.find(({ service }) => service === 'signin')).toMatchObject({ decision: 'allowed' });
  });

  test('a session that may not list buckets sees why', async () => {
    const aws = await startOne();
    const limited = JSON.stringify(policy({ Effect: 'Allow', Action: 'sts:*', Resource: '*' }));
    const session = await chained(aws, { Policy: limited });
    const { page } = await openConsole(aws, await login(aws, await tokenOf(await getToken(aws, session))));
    expect(page).toMatch(/id="buckets" class="denied">[^<]*no session policy allows it/);
  });

  test('GET works too, and the token is used again within its time, as on AWS', async () => {
    const aws = await startOne();
    const query = new URLSearchParams({ Action: 'getSigninToken', Session: JSON.stringify(await chained(aws)) });
    const answer = await fetch(`${aws.federationEndpoint}?${query.toString()}`);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const token = await tokenOf(answer);
    expect((await login(aws, token)).status).toBe(302);
    expect((await login(aws, token)).status).toBe(302);
  });

  test('the page runs nothing and its style is the one that its policy names', async () => {
    const aws = await startOne();
    const { page, answer } = await openConsole(aws, await login(aws, await tokenOf(await getToken(aws, direct(aws)))));
    const style = /<style>([^]*?)<\/style>/.exec(page)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(answer.headers.get('content-security-policy')).toContain(`style-src 'sha256-${hash}'`);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  test('sign-in tokens carry the mark, and work', async () => {
    const aws = await startOne({ secretMark: 'CANARY' });
    const token = await tokenOf(await getToken(aws, direct(aws)));
    expect(token).toContain('CANARY');
    expect((await login(aws, token)).status).toBe(302);
  });
});

describe('sign-in tokens that are not given', () => {
  test.each([
    ['another secret', (s: SessionJson) => ({ ...s, sessionKey: s.sessionKey.replace(/.$/, '!') })],
    ['another key id', (s: SessionJson) => ({ ...s, sessionId: 'ASIAAAAAAAAAAAAAAAAA' })],
    ['another token', (s: SessionJson) => ({ ...s, sessionToken: `${s.sessionToken}A` })],
    ['no token', (s: SessionJson) => ({ sessionId: s.sessionId, sessionKey: s.sessionKey })],
    ['a number', () => 5],
    ['nothing', () => null],
  ])('for %s', async (_, change) => {
    const aws = await startOne();
    expect((await getToken(aws, change(await chained(aws)))).status).toBe(400);
  });

  test.each<[string, number]>([
    ['899', 400],
    ['900', 200],
    ['3600', 200],
    ['3601', 400],
    ['soon', 400],
  ])('SessionDuration %s: %d', async (SessionDuration, status) => {
    const aws = await startOne();
    expect((await getToken(aws, direct(aws), { SessionDuration })).status).toBe(status);
  });

  test("for the token of one session under another's key", async () => {
    const aws = await startOne();
    const { sessionToken } = direct(aws);
    expect((await getToken(aws, { ...direct(aws), sessionToken })).status).toBe(400);
  });

  test('SessionDuration for credentials from role chaining', async () => {
    const aws = await startOne();
    const session = await chained(aws);
    expect((await getToken(aws, session)).status).toBe(200);
    expect((await getToken(aws, session, { SessionDuration: '900' })).status).toBe(400);
  });

  test('for credentials that have expired', async () => {
    let now = new Date();
    const aws = await startOne({ clock: () => now });
    const session = direct(aws, 900);
    expect((await getToken(aws, session)).status).toBe(200);
    now = new Date(now.getTime() + 900_000);
    expect((await getToken(aws, session)).status).toBe(400);
  });

  test('for an action that does not exist', async () => {
    const aws = await startOne();
    expect((await fetch(`${aws.federationEndpoint}?Action=Nonsense`)).status).toBe(400);
  });
});

describe('logins that are refused', () => {
  test.each([
    ['another host', 'https://console.example.com/console/'],
    ['another port', 'http://127.0.0.1:1/console/'],
    ['a host that begins the same', 'ORIGIN.example.com/console/'],
    ['a user in front of another host', 'http://127.0.0.1@example.com/console/'],
    ['a path beside the console', 'ORIGIN/federation?Action=logout'],
    ['a script', 'javascript:alert(1)'],
    ['no address', 'console'],
  ])('open redirect: a Destination at %s', async (_, destination) => {
    const aws = await startOne();
    const token = await tokenOf(await getToken(aws, direct(aws)));
    const answer = await login(aws, token, { Destination: destination.replace('ORIGIN', aws.consoleOrigin) });
    expect([answer.status, answer.headers.get('location'), answer.headers.get('set-cookie')]).toEqual([
      400,
      null,
      null,
    ]);
  });

  test('with a token that was changed, a token of another server, a session token', async () => {
    const [aws, other] = [await startOne(), await startOne()];
    const session = direct(aws);
    const token = await tokenOf(await getToken(aws, session));
    const foreign = await tokenOf(await getToken(other, direct(other)));
    for (const wrong of [`${token.slice(0, -2)}AA`, foreign, session.sessionToken, '']) {
      expect((await login(aws, wrong)).status).toBe(400);
    }
  });

  test('after 15 minutes, or with the credentials', async () => {
    let now = new Date('2026-11-22T10:00:00Z');
    const aws = await startOne({ clock: () => now });
    const long = await tokenOf(await getToken(aws, direct(aws, 3600)));
    const short = await tokenOf(await getToken(aws, direct(aws, 600)));
    const after = async (seconds: number, token: string) => {
      now = new Date(Date.parse('2026-11-22T10:00:00Z') + seconds * 1000);
      return (await login(aws, token)).status;
    };
    expect([await after(899, long), await after(900, long)]).toEqual([302, 400]);
    expect([await after(599, short), await after(600, short)]).toEqual([302, 400]);
  });
});

describe('console sessions that are over', () => {
  const portalOrigin = 'http://127.0.0.1:3000';

  test('end with the credentials and say where to begin again', async () => {
    let now = new Date('2026-11-22T10:00:00Z');
    const aws = await startOne({ clock: () => now, portalOrigin });
    const loggedIn = await login(aws, await tokenOf(await getToken(aws, direct(aws, 900))));
    now = new Date('2026-11-22T10:14:59Z');
    expect((await openConsole(aws, loggedIn)).status).toBe(200);
    now = new Date('2026-11-22T10:15:00Z');
    const { status, page } = await openConsole(aws, loggedIn);
    expect(status).toBe(401);
    expect(page).toContain(`href="${portalOrigin}"`);
  });

  test('end on the way to another sign-in, which is the only place that the way leads to', async () => {
    const aws = await startOne();
    const logout = (next: string) => {
      const url = new URL('/oauth', aws.federationEndpoint);
      url.search = new URLSearchParams({ Action: 'logout', redirect_uri: next }).toString();
      return fetch(url, { redirect: 'manual' });
    };
    const next = `${aws.federationEndpoint}?Action=login&SigninToken=x`;
    const out = await logout(next);
    expect([out.status, out.headers.get('location')]).toEqual([302, next]);
    expect(out.headers.get('set-cookie')).toContain('Max-Age=0');
    for (const elsewhere of [
      'https://evil.example.com/federation',
      `${aws.consoleOrigin}/console/`,
      '//evil.example.com',
      '',
    ])
      expect((await logout(elsewhere)).status).toBe(400);
  });

  test('end with signing out', async () => {
    const aws = await startOne();
    const loggedIn = await login(aws, await tokenOf(await getToken(aws, direct(aws))));
    const cookie = (loggedIn.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    const out = await fetch(`${aws.federationEndpoint}?Action=logout`, { headers: { cookie } });
    expect([out.status, out.headers.get('set-cookie')]).toEqual([200, expect.stringContaining('Max-Age=0')]);
    expect((await openConsole(aws, loggedIn)).status).toBe(401);
  });

  test('never were, for a cookie that was made up', async () => {
    const aws = await startOne();
    const cookie = `local-aws-console=${randomBytes(24).toString('base64url')}`;
    expect((await fetch(`${aws.consoleOrigin}/console/`, { headers: { cookie } })).status).toBe(401);
  });

  test('an Issuer that is no web address is not shown', async () => {
    const aws = await startOne({ portalOrigin });
    const shown = async (Issuer: string) => (await login(aws, 'wrong', { Issuer })).text();
    expect(await shown('https://portal.example.com/x?"><b>')).toContain(
      'href="https://portal.example.com/x?%22%3E%3Cb%3E"',
    );
    expect(await shown('javascript:alert(1)')).toContain(`href="${portalOrigin}"`);
  });

  test('what a session brings is shown as text', async () => {
    const aws = await startOne();
    const session = await chained(aws, { Tags: [{ Key: 'k', Value: 'a/b=c' }], Policy: JSON.stringify(ALLOW_ALL) });
    const { page } = await openConsole(aws, await login(aws, await tokenOf(await getToken(aws, session))));
    expect(page).toContain('<code>a/b=c</code>');
    expect(page).not.toMatch(/<script/i);
  });
});
