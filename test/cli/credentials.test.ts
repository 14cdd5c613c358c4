import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CREDENTIAL_FORMATS, type CredentialFormat } from '../../cli/credential-formats.ts';
import type { FakeAnswer } from './broker.ts';
import { type SignedIn, credentialsUntil, inMs, problem, requestView, signedIn } from './signed-in.ts';

const ID = `r_${'A'.repeat(26)}`;
const LIST = 'GET /v1/requests?as=requester&status=approved&limit=200';
const ISSUE = `POST /v1/requests/${ID}/credentials`;
const HOUR_MS = 3_600_000;

let at: SignedIn;
beforeEach(async () => {
  at = await signedIn();
});
afterEach(async () => {
  await at.close();
});

const listed = (...requests: readonly object[]): FakeAnswer => ({ status: 200, json: { requests } });
const issued = (ms: number): FakeAnswer & { json: ReturnType<typeof credentialsUntil> } => ({
  ...{ status: 200, json: credentialsUntil(ms) },
});
const heard = (route: string): number => at.broker.heard.filter((each) => each.route === route).length;
/** What is kept, with other times than it has. */
const keptWith = (change: (kept: { credentials: object; issuedAtMs: number }) => object): void => {
  for (const name of readdirSync(at.config).filter((each) => each.startsWith('credentials.'))) {
    const kept = JSON.parse(readFileSync(join(at.config, name), 'utf8')) as Parameters<typeof change>[0];
    writeFileSync(join(at.config, name), JSON.stringify({ ...kept, ...change(kept) }), { mode: 0o600 });
  }
};
const aboutToEnd = (ms: number): void => {
  keptWith(({ credentials }) => ({
    credentials: { ...credentials, Expiration: inMs(ms) },
    issuedAtMs: Date.now() - HOUR_MS,
  }));
};

describe('hatcheck credentials ENTITLEMENT', () => {
  test('are those of the grant that ends last', async () => {
    const other = requestView(`r_${'B'.repeat(26)}`, {
      grant: { state: 'active', startsAt: inMs(0), endsAt: inMs(60_000) },
    });
    const later = requestView(`r_${'C'.repeat(26)}`, {
      grant: { state: 'scheduled', startsAt: inMs(HOUR_MS), endsAt: inMs(9 * HOUR_MS) },
    });
    at.broker.answer(LIST, listed(other, later, requestView(ID)));
    const answer = issued(HOUR_MS);
    at.broker.answer(ISSUE, answer);
    const { code, stdout, stderr } = await at.run('credentials', 'prod-read');
    expect([code, JSON.parse(stdout), stderr]).toEqual([0, answer.json, '']);
  });

  test('are none without a grant, and the next step is said', async () => {
    at.broker.answer(LIST, listed(requestView(ID, { entitlementId: 'other' })));
    const { code, stdout, stderr } = await at.run('credentials', 'prod-read', '--json');
    expect([code, stdout]).toEqual([1, '']);
    expect(JSON.parse(stderr)).toMatchObject({
      error: { code: 'no_grant', exitCode: 1, next: 'ask for it: hatcheck request prod-read' },
    });
  });

  test('ten at once make one issue', async () => {
    at.broker.answer(LIST, listed(requestView(ID)));
    at.broker.answer(ISSUE, issued(HOUR_MS), issued(HOUR_MS));
    const runs = await Promise.all(Array.from({ length: 10 }, () => at.run('credentials', 'prod-read')));
    expect(new Set(runs.map(({ code, stdout }) => `${String(code)} ${stdout}`)).size).toBe(1);
    expect(runs[0]?.code).toBe(0);
    expect(heard(ISSUE)).toBe(1);
  });
});

describe('credentials that are kept', () => {
  beforeEach(async () => {
    at.broker.answer(LIST, listed(requestView(ID)));
    at.broker.answer(ISSUE, issued(HOUR_MS));
    expect((await at.run('credentials', 'prod-read')).code).toBe(0);
    aboutToEnd(240_000);
  });

  test('are replaced when a good part of their time is over', async () => {
    const answer = issued(HOUR_MS);
    at.broker.answer(ISSUE, answer);
    expect(JSON.parse((await at.run('credentials', 'prod-read')).stdout)).toEqual(answer.json);
  });

  test('serve until they end when the grant ends no later, and nothing is issued', async () => {
    const grant = { state: 'active', startsAt: inMs(-HOUR_MS), endsAt: inMs(239_000) };
    at.broker.answer(LIST, listed(requestView(ID, { grant })));
    const runs = [await at.run('credentials', 'prod-read'), await at.run('credentials', 'prod-read')];
    expect(runs.map(({ code }) => code)).toEqual([0, 0]);
    expect(heard(ISSUE)).toBe(1);
    // And the server is not asked at every call for what it does not have.
    expect(heard(LIST)).toBe(2);
  });

  test('serve until they end when the server is away', async () => {
    await at.broker.close();
    const { code, stdout, stderr } = await at.run('credentials', 'prod-read');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('SecretAccessKey');
  });

  test.each([
    ['fails', problem(503, 'aws_unavailable')],
    ['says that it was asked too often', problem(429, 'limit_reached')],
    ['has ended the sign-in', problem(401, 'session_expired')],
  ])('serve until they end when the server %s', async (_what, answer) => {
    at.broker.answer(ISSUE, answer);
    expect(await at.run('credentials', 'prod-read')).toMatchObject({ code: 0, stderr: '' });
  });

  test('do not serve when they are over', async () => {
    aboutToEnd(-1000);
    await at.broker.close();
    expect(await at.run('credentials', 'prod-read')).toMatchObject({ code: 4, stdout: '' });
  });

  test('are gone once the grant is', async () => {
    at.broker.answer(LIST, listed());
    expect(await at.run('credentials', 'prod-read')).toMatchObject({ code: 1, stdout: '' });
    expect(readdirSync(at.config).filter((name) => name.startsWith('credentials.'))).toStrictEqual([]);
  });
});

test.each([
  ['ahead of', -600_000],
  ['behind', 600_000],
])('a clock that is ten minutes %s the server’s is a failure of its own, and nothing is kept', async (word, ms) => {
  at.broker.answer(LIST, listed(requestView(ID)));
  at.broker.answer(ISSUE, { ...issued(HOUR_MS), date: new Date(Date.now() + ms) });
  const { code, stdout, stderr } = await at.run('credentials', 'prod-read');
  expect([code, stdout]).toEqual([8, '']);
  expect(stderr).toContain(`10 minutes ${word} the server`);
  expect(readdirSync(at.config).filter((name) => name.startsWith('credentials.'))).toStrictEqual([]);
});

describe('a newer server', () => {
  const newer = { status: 200, json: { info: { version: '2' } } };

  test.each([
    ['whose routes are others', LIST, { status: 404 }],
    ['whose statuses are others', LIST, listed(requestView(ID, { status: 'pondered' }))],
    ['whose credentials are others', ISSUE, { status: 200, json: { Version: 2 } }],
  ])('%s: update, it says', async (_what, route, answer) => {
    at.broker.answer(LIST, listed(requestView(ID)));
    at.broker.answer(route, answer);
    at.broker.answer('GET /openapi.json', newer);
    const { code, stderr } = await at.run('credentials', 'prod-read');
    expect([code, stderr]).toEqual([5, expect.stringContaining('update hatcheck')]);
  });
});

describe('a shell reads what is printed for it', () => {
  const odd = {
    Version: 1,
    AccessKeyId: 'ASIA',
    SecretAccessKey: `a'b"$(id)\`id\`\\`,
    SessionToken: '$HOME;#&',
  } as const;
  const credentials = { ...odd, Expiration: inMs(HOUR_MS) };
  const shells: Readonly<Record<string, readonly [CredentialFormat, string, readonly string[]]>> = {
    sh: ['env', 'printf "%s\\n" "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" "$AWS_SESSION_TOKEN"', ['-c']],
    bash: ['env', 'printf "%s\\n" "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" "$AWS_SESSION_TOKEN"', ['-c']],
    zsh: ['env', 'printf "%s\\n" "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" "$AWS_SESSION_TOKEN"', ['-fc']],
    fish: ['fish', 'printf "%s\\n" $AWS_ACCESS_KEY_ID $AWS_SECRET_ACCESS_KEY $AWS_SESSION_TOKEN', ['-c']],
    pwsh: ['powershell', '$Env:AWS_ACCESS_KEY_ID; $Env:AWS_SECRET_ACCESS_KEY; $Env:AWS_SESSION_TOKEN', ['-c']],
  };
  const has = (shell: string): boolean => spawnSync('which', [shell]).status === 0;

  for (const [shell, [format, show, words]] of Object.entries(shells))
    (has(shell) ? test : test.skip)(`${shell}${has(shell) ? '' : ' (missing)'}`, () => {
      const script = `${CREDENTIAL_FORMATS[format](credentials)}${show}`;
      const shown = execFileSync(shell, [...words, script], { encoding: 'utf8' });
      expect(shown.split('\n').slice(0, 3)).toEqual([odd.AccessKeyId, odd.SecretAccessKey, odd.SessionToken]);
    });

  test('json is for programs', () => {
    expect(JSON.parse(CREDENTIAL_FORMATS.json(credentials))).toMatchObject({ accessKeyId: 'ASIA' });
  });
});
