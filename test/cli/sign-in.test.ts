import { readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startBroker } from './broker.ts';
import { ISSUE, type Machine, idToken, me, newMachine, token } from './machine.ts';
import { credentialsUntil, problem, secret } from './signed-in.ts';

const HOUR_MS = 3_600_000;

let at: Machine;
beforeEach(async () => {
  at = await newMachine();
});
afterEach(async () => {
  await at.close();
});

describe('login', () => {
  test('exchanges the ID token and says who is signed in', async () => {
    writeFileSync(at.tokenFile, idToken());
    at.broker.answer('POST /oauth/token', token(secret()));
    const { code, stdout, stderr } = await at.run(['login', '--token-file', at.tokenFile]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('engineer@example.com');
    expect(Object.fromEntries(new URLSearchParams(at.broker.heard[0]?.body))).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      subject_token: readFileSync(at.tokenFile, 'utf8'),
      client_id: 'hatcheck-cli',
    });
  });

  test('takes the ID token from stdin', async () => {
    const given = idToken();
    at.broker.answer('POST /oauth/token', token(secret()));
    expect(await at.run(['login', '--token-file', '-'], `${given}\n`)).toMatchObject({ code: 0 });
    expect(new URLSearchParams(at.broker.heard[0]?.body).get('subject_token')).toBe(given);
  });

  test('keeps what it got where nobody else can read it', async () => {
    await at.signIn();
    await at.run(['whoami']);
    expect(statSync(at.config).mode & 0o777).toBe(0o700);
    const names = readdirSync(at.config);
    expect(names).toHaveLength(1);
    for (const name of names) expect(statSync(join(at.config, name)).mode & 0o777).toBe(0o600);
  });

  test('says what the server says when the token is refused', async () => {
    writeFileSync(at.tokenFile, idToken());
    at.broker.answer('POST /oauth/token', {
      status: 400,
      json: { error: 'invalid_grant', error_description: 'too old' },
    });
    const { code, stderr } = await at.run(['login', '--token-file', at.tokenFile]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^hatcheck: .*invalid_grant.*too old.*\n$/);
  });

  test.each(['', 'not a token', `${'a'.repeat(40_000)}.b.c`])(
    'does not send what is no ID token (%#)',
    async (content) => {
      writeFileSync(at.tokenFile, content);
      expect(await at.run(['login', '--token-file', at.tokenFile])).toMatchObject({ code: 2 });
      expect(at.broker.heard).toHaveLength(0);
    },
  );

  test('names a token file that is not there', async () => {
    const { code, stderr } = await at.run(['login', '--token-file', join(at.folder, 'gone')]);
    expect(code).toBe(2);
    expect(stderr).toContain(join(at.folder, 'gone'));
  });

  test.each(['http://hatcheck.example.com', 'https://hatcheck.example.com/path', 'ftp://127.0.0.1', 'nonsense'])(
    'sends no token to %s',
    async (server) => {
      writeFileSync(at.tokenFile, idToken());
      expect(await at.run(['login', '--token-file', at.tokenFile, '--server', server])).toMatchObject({ code: 2 });
    },
  );

  test('follows no redirect: the token would go where it leads', async () => {
    const elsewhere = await startBroker();
    try {
      writeFileSync(at.tokenFile, idToken());
      at.broker.answer('POST /oauth/token', { status: 307, location: `${elsewhere.origin}/oauth/token` });
      expect(await at.run(['login', '--token-file', at.tokenFile])).toMatchObject({ code: 1 });
      expect(elsewhere.heard).toHaveLength(0);
    } finally {
      await elsewhere.close();
    }
  });
});

describe('when the sign-in is over', () => {
  test('a newer ID token in the same file is exchanged silently', async () => {
    await at.signIn(secret(), 5);
    writeFileSync(at.tokenFile, idToken());
    const renewed = secret();
    at.broker.answer('POST /oauth/token', token(renewed));
    const given = credentialsUntil(HOUR_MS);
    at.broker.answer(ISSUE, { status: 200, json: given });
    const { code, stdout, stderr } = await at.fetchCredentials();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual(given);
    expect(at.broker.heard.at(-1)?.authorization).toBe(`Bearer ${renewed}`);
  });

  test('the ID token that was exchanged is not sent again', async () => {
    await at.signIn(secret(), 5);
    expect(await at.fetchCredentials()).toMatchObject({ code: 3, stdout: '' });
    expect(at.heardRoutes().filter((route) => route === 'POST /oauth/token')).toHaveLength(1);
  });

  test('a token file that is gone means to sign in again', async () => {
    await at.signIn(secret(), 5);
    rmSync(at.tokenFile);
    expect(await at.fetchCredentials()).toMatchObject({ code: 3 });
  });

  test('because the server ended it, it is renewed all the same', async () => {
    await at.signIn();
    writeFileSync(at.tokenFile, idToken());
    at.broker.answer('POST /oauth/token', token(secret()));
    const given = credentialsUntil(HOUR_MS);
    at.broker.answer(ISSUE, problem(401, 'session_expired', 'Sign in.'), { status: 200, json: given });
    expect(await at.fetchCredentials()).toMatchObject({ code: 0, stdout: `${JSON.stringify(given)}\n` });
  });

  test('and the token came from stdin, it is 3', async () => {
    at.broker.answer('POST /oauth/token', token(secret(), 5));
    await at.run(['login', '--token-file', '-'], idToken());
    expect(await at.fetchCredentials()).toMatchObject({ code: 3, stdout: '' });
  });

  test('of two commands at once, one exchanges the token and both go on', async () => {
    await at.signIn(secret(), 5);
    writeFileSync(at.tokenFile, idToken());
    const refused = { status: 400, json: { error: 'invalid_grant' } };
    at.broker.answer('POST /oauth/token', token(secret()), refused);
    at.broker.answer(ISSUE, { status: 200, json: credentialsUntil(HOUR_MS) });
    const runs = await Promise.all([at.fetchCredentials(), at.fetchCredentials()]);
    expect(runs.map(({ code }) => code)).toEqual([0, 0]);
  });
});

describe('whoami and logout', () => {
  test('whoami says who, and which groups', async () => {
    await at.signIn();
    const { code, stdout } = await at.run(['whoami']);
    expect(code).toBe(0);
    expect(stdout).toContain('engineer@example.com (p_one)');
    expect(stdout).toContain('local-oidc:sre');
  });

  test('logout ends the sign-in there and forgets it and its credentials here', async () => {
    const accessToken = await at.signIn();
    at.broker.answer(ISSUE, { status: 200, json: credentialsUntil(HOUR_MS) });
    await at.fetchCredentials();
    at.broker.answer('POST /oauth/revoke', { status: 200 });
    expect(await at.run(['logout'])).toMatchObject({ code: 0, stderr: '' });
    expect(at.broker.heard.at(-1)).toMatchObject({ route: 'POST /oauth/revoke', authorization: undefined });
    expect(new URLSearchParams(at.broker.heard.at(-1)?.body).get('token')).toBe(accessToken);
    expect(readdirSync(at.config)).toStrictEqual([]);
    expect(await at.run(['whoami'])).toMatchObject({ code: 3 });
  });

  test('logout forgets also when the server is away', async () => {
    await at.signIn();
    await at.broker.close();
    expect(await at.run(['logout'])).toMatchObject({ code: 4 });
    expect(readdirSync(at.config)).toStrictEqual([]);
  });

  test('one server at a time is signed out of', async () => {
    const other = await startBroker();
    try {
      other.answer('GET /v1/me', me('p_one'));
      other.answer('POST /oauth/token', token(secret()));
      await at.signIn();
      await at.run(['login', '--token-file', at.tokenFile, '--server', other.origin]);
      at.broker.answer('POST /oauth/revoke', { status: 200 });
      await at.run(['logout']);
      expect(await at.run(['whoami', '--server', other.origin])).toMatchObject({ code: 0 });
    } finally {
      await other.close();
    }
  });
});
