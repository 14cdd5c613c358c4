import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type FakeBroker, startBroker } from './broker.ts';
import { type Run, hatcheck } from './run.ts';

const ID = `r_${'A'.repeat(26)}`;
const ISSUE = `POST /v1/requests/${ID}/credentials`;
const HOUR_MS = 3_600_000;

const secret = (): string => randomBytes(24).toString('base64url');
const idToken = (): string => `${secret()}.${secret()}.${secret()}`;
const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();

const problem = (status: number, code: string, detail: string) => ({ status, json: { status, code, detail } });
const token = (accessToken: string, seconds = 900) => ({
  status: 200,
  json: { access_token: accessToken, token_type: 'Bearer', expires_in: seconds },
});
const me = (handle: string) => ({
  status: 200,
  json: { principal: { handle, email: 'engineer@example.com', groups: ['local-oidc:sre'] } },
});
const credentials = (expiration: string) => ({
  Version: 1,
  AccessKeyId: 'ASIAEXAMPLE',
  SecretAccessKey: secret(),
  SessionToken: secret(),
  Expiration: expiration,
});

let broker: FakeBroker;
let folder: string;
let tokenFile: string;

beforeEach(async () => {
  broker = await startBroker();
  folder = mkdtempSync(join(tmpdir(), 'hatcheck-cli-'));
  tokenFile = join(folder, 'id-token');
  broker.answer('GET /v1/me', me('p_one'));
});

afterEach(async () => {
  await broker.close();
  rmSync(folder, { recursive: true });
});

const config = (): string => join(folder, 'config');
const run = (args: readonly string[], stdin?: string): Promise<Run> =>
  hatcheck(args, { HATCHECK_CONFIG_DIR: config(), HATCHECK_SERVER: broker.origin }, stdin);
const fetchCredentials = (): Promise<Run> => run(['credentials', ID, '--format', 'process']);

const signIn = async (accessToken = secret(), seconds = 900): Promise<string> => {
  writeFileSync(tokenFile, `${idToken()}\n`);
  broker.answer('POST /oauth/token', token(accessToken, seconds));
  expect(await run(['login', '--token-file', tokenFile])).toMatchObject({ code: 0, stderr: '' });
  return accessToken;
};

const heardRoutes = (): readonly string[] => broker.heard.map(({ route }) => route);

describe('login', () => {
  test('exchanges the ID token and says who is signed in', async () => {
    writeFileSync(tokenFile, idToken());
    broker.answer('POST /oauth/token', token(secret()));
    const { code, stdout, stderr } = await run(['login', '--token-file', tokenFile]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('engineer@example.com');
    expect(Object.fromEntries(new URLSearchParams(broker.heard[0]?.body))).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      subject_token: readFileSync(tokenFile, 'utf8'),
      client_id: 'hatcheck-cli',
    });
  });

  test('takes the ID token from stdin', async () => {
    const given = idToken();
    broker.answer('POST /oauth/token', token(secret()));
    expect(await run(['login', '--token-file', '-'], `${given}\n`)).toMatchObject({ code: 0 });
    expect(new URLSearchParams(broker.heard[0]?.body).get('subject_token')).toBe(given);
  });

  test('keeps what it got where nobody else can read it', async () => {
    await signIn();
    await run(['whoami']);
    expect(statSync(config()).mode & 0o777).toBe(0o700);
    const names = readdirSync(config());
    expect(names).toHaveLength(1);
    for (const name of names) expect(statSync(join(config(), name)).mode & 0o777).toBe(0o600);
  });

  test('says what the server says when the token is refused', async () => {
    writeFileSync(tokenFile, idToken());
    broker.answer('POST /oauth/token', { status: 400, json: { error: 'invalid_grant', error_description: 'too old' } });
    const { code, stderr } = await run(['login', '--token-file', tokenFile]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^hatcheck: .*invalid_grant.*too old.*\n$/);
  });

  test.each(['', 'not a token', `${'a'.repeat(40_000)}.b.c`])(
    'does not send what is no ID token (%#)',
    async (content) => {
      writeFileSync(tokenFile, content);
      expect(await run(['login', '--token-file', tokenFile])).toMatchObject({ code: 2 });
      expect(broker.heard).toHaveLength(0);
    },
  );

  test('names a token file that is not there', async () => {
    const { code, stderr } = await run(['login', '--token-file', join(folder, 'gone')]);
    expect(code).toBe(2);
    expect(stderr).toContain(join(folder, 'gone'));
  });

  test.each(['http://hatcheck.example.com', 'https://hatcheck.example.com/path', 'ftp://127.0.0.1', 'nonsense'])(
    'sends no token to %s',
    async (server) => {
      writeFileSync(tokenFile, idToken());
      expect(await run(['login', '--token-file', tokenFile, '--server', server])).toMatchObject({ code: 2 });
    },
  );

  test('follows no redirect: the token would go where it leads', async () => {
    const elsewhere = await startBroker();
    try {
      writeFileSync(tokenFile, idToken());
      broker.answer('POST /oauth/token', { status: 307, location: `${elsewhere.origin}/oauth/token` });
      expect(await run(['login', '--token-file', tokenFile])).toMatchObject({ code: 1 });
      expect(elsewhere.heard).toHaveLength(0);
    } finally {
      await elsewhere.close();
    }
  });
});

describe('credentials', () => {
  test('are the JSON that the AWS CLI reads, and nothing else', async () => {
    const accessToken = await signIn();
    const given = credentials(inMs(HOUR_MS));
    broker.answer(ISSUE, { status: 200, json: { ...given, more: 'of it' } });
    const { code, stdout, stderr } = await fetchCredentials();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual(given);
    expect(broker.heard.at(-1)).toMatchObject({ route: ISSUE, authorization: `Bearer ${accessToken}` });
  });

  test('are kept until a minute before they end', async () => {
    await signIn();
    broker.answer(ISSUE, { status: 200, json: credentials(inMs(HOUR_MS)) });
    const first = await fetchCredentials();
    expect(await fetchCredentials()).toEqual(first);
    expect(heardRoutes().filter((route) => route === ISSUE)).toHaveLength(1);
    for (const name of readdirSync(config())) expect(statSync(join(config(), name)).mode & 0o777).toBe(0o600);
  });

  test('are fetched anew in their last minute', async () => {
    await signIn();
    const fresh = credentials(inMs(HOUR_MS));
    broker.answer(ISSUE, { status: 200, json: credentials(inMs(50_000)) }, { status: 200, json: fresh });
    await fetchCredentials();
    expect(JSON.parse((await fetchCredentials()).stdout)).toEqual(fresh);
  });

  test('that were kept go away when the server refuses', async () => {
    await signIn();
    const refusal = problem(403, 'revoked', 'This grant was revoked.');
    broker.answer(ISSUE, { status: 200, json: credentials(inMs(50_000)) }, refusal);
    await fetchCredentials();
    expect(readdirSync(config())).toHaveLength(2);
    const { code, stdout, stderr } = await fetchCredentials();
    expect({ code, stdout }).toEqual({ code: 6, stdout: '' });
    expect(stderr).toMatch(/^hatcheck: .*revoked.*This grant was revoked\..*hatcheck show.*\n$/);
    expect(readdirSync(config())).toHaveLength(1);
  });

  test('of one person are not given to the next who signs in', async () => {
    await signIn();
    broker.answer(ISSUE, { status: 200, json: credentials(inMs(HOUR_MS)) });
    await fetchCredentials();
    broker.answer('GET /v1/me', me('p_two'));
    await signIn();
    broker.answer(ISSUE, problem(404, 'not_found', 'There is no such request.'));
    expect(await fetchCredentials()).toMatchObject({ code: 1, stdout: '' });
  });

  test('cannot be had without a sign-in, which the message says how to do', async () => {
    const { code, stdout, stderr } = await fetchCredentials();
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(/^hatcheck: .*hatcheck login.*\n$/);
  });

  test.each(['X', 'r_short', `${ID}/../../holds`, `r_${'a'.repeat(26)}`])('of no request: %s', async (id) => {
    await signIn();
    expect(await run(['credentials', id])).toMatchObject({ code: 2, stdout: '' });
    expect(heardRoutes()).not.toContainEqual(expect.stringContaining('requests'));
  });

  test('of a server that is away: 4', async () => {
    await signIn();
    await broker.close();
    const result = await fetchCredentials();
    expect(result).toMatchObject({ code: 4, stdout: '' });
    broker = await startBroker();
  });

  test('of a server that fails: 4', async () => {
    await signIn();
    broker.answer(ISSUE, problem(503, 'ledger_unavailable', 'Try again.'));
    expect(await fetchCredentials()).toMatchObject({ code: 4, stdout: '' });
  });

  test.each([{}, { Version: 2 }, { ...credentials('tomorrow') }, []])(
    'that are none are not given on (%#)',
    async (json) => {
      await signIn();
      broker.answer(ISSUE, { status: 200, json });
      expect(await fetchCredentials()).toMatchObject({ code: 4, stdout: '' });
    },
  );

  test('no control characters of the server reach the terminal', async () => {
    await signIn();
    broker.answer(ISSUE, problem(403, 'revoked', '\u001b[2Jcleared\nsecond line'));
    const { stderr } = await fetchCredentials();
    expect(stderr).not.toContain('\u001b');
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});

describe('when the sign-in is over', () => {
  test('a newer ID token in the same file is exchanged silently', async () => {
    await signIn(secret(), 5);
    writeFileSync(tokenFile, idToken());
    const renewed = secret();
    broker.answer('POST /oauth/token', token(renewed));
    const given = credentials(inMs(HOUR_MS));
    broker.answer(ISSUE, { status: 200, json: given });
    const { code, stdout, stderr } = await fetchCredentials();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual(given);
    expect(broker.heard.at(-1)?.authorization).toBe(`Bearer ${renewed}`);
  });

  test('the ID token that was exchanged is not sent again', async () => {
    await signIn(secret(), 5);
    expect(await fetchCredentials()).toMatchObject({ code: 3, stdout: '' });
    expect(heardRoutes().filter((route) => route === 'POST /oauth/token')).toHaveLength(1);
  });

  test('a token file that is gone means to sign in again', async () => {
    await signIn(secret(), 5);
    rmSync(tokenFile);
    expect(await fetchCredentials()).toMatchObject({ code: 3 });
  });

  test('because the server ended it, it is renewed all the same', async () => {
    await signIn();
    writeFileSync(tokenFile, idToken());
    broker.answer('POST /oauth/token', token(secret()));
    const given = credentials(inMs(HOUR_MS));
    broker.answer(ISSUE, problem(401, 'session_expired', 'Sign in.'), { status: 200, json: given });
    expect(await fetchCredentials()).toMatchObject({ code: 0, stdout: `${JSON.stringify(given)}\n` });
  });

  test('and the token came from stdin, it is 3', async () => {
    broker.answer('POST /oauth/token', token(secret(), 5));
    await run(['login', '--token-file', '-'], idToken());
    expect(await fetchCredentials()).toMatchObject({ code: 3, stdout: '' });
  });

  test('of two commands at once, one exchanges the token and both go on', async () => {
    await signIn(secret(), 5);
    writeFileSync(tokenFile, idToken());
    const refused = { status: 400, json: { error: 'invalid_grant' } };
    broker.answer('POST /oauth/token', token(secret()), refused);
    broker.answer(ISSUE, { status: 200, json: credentials(inMs(HOUR_MS)) });
    const runs = await Promise.all([fetchCredentials(), fetchCredentials()]);
    expect(runs.map(({ code }) => code)).toEqual([0, 0]);
  });
});

describe('whoami and logout', () => {
  test('whoami says who, and which groups', async () => {
    await signIn();
    const { code, stdout } = await run(['whoami']);
    expect(code).toBe(0);
    expect(stdout).toContain('engineer@example.com (p_one)');
    expect(stdout).toContain('local-oidc:sre');
  });

  test('logout ends the sign-in there and forgets it and its credentials here', async () => {
    const accessToken = await signIn();
    broker.answer(ISSUE, { status: 200, json: credentials(inMs(HOUR_MS)) });
    await fetchCredentials();
    broker.answer('POST /logout', { status: 303, location: '/' });
    expect(await run(['logout'])).toMatchObject({ code: 0, stderr: '' });
    expect(broker.heard.at(-1)).toMatchObject({ route: 'POST /logout', authorization: `Bearer ${accessToken}` });
    expect(readdirSync(config())).toEqual([]);
    expect(await run(['whoami'])).toMatchObject({ code: 3 });
  });

  test('logout forgets also when the server is away', async () => {
    await signIn();
    await broker.close();
    expect(await run(['logout'])).toMatchObject({ code: 4 });
    broker = await startBroker();
    expect(readdirSync(config())).toEqual([]);
  });

  test('one server at a time is signed out of', async () => {
    const other = await startBroker();
    try {
      other.answer('GET /v1/me', me('p_one'));
      other.answer('POST /oauth/token', token(secret()));
      await signIn();
      await run(['login', '--token-file', tokenFile, '--server', other.origin]);
      broker.answer('POST /logout', { status: 303 });
      await run(['logout']);
      expect(await run(['whoami', '--server', other.origin])).toMatchObject({ code: 0 });
    } finally {
      await other.close();
    }
  });
});

describe('usage', () => {
  test('--help names every command and exits with 0', async () => {
    const { code, stdout } = await run(['--help']);
    expect(code).toBe(0);
    for (const command of ['login', 'whoami', 'logout', 'credentials']) expect(stdout).toContain(command);
  });

  test.each([
    [['--nonsense']],
    [['login', '--token-file']],
    [['credentials']],
    [['credentials', ID, '--format', 'shell']],
    [['nonsense']],
  ])('%j is wrong usage', async (args) => {
    expect(await run(args)).toMatchObject({ code: 2, stdout: '' });
  });

  test('a folder that cannot be written is one line, not a stack', async () => {
    writeFileSync(tokenFile, idToken());
    broker.answer('POST /oauth/token', token(secret()));
    writeFileSync(config(), 'a file where the folder should be');
    chmodSync(config(), 0o600);
    const { code, stderr } = await run(['login', '--token-file', tokenFile]);
    expect(code).toBe(7);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  test('a store that somebody damaged is as none', async () => {
    await signIn();
    for (const name of readdirSync(config())) writeFileSync(join(config(), name), '{"accessToken": 5');
    expect(await run(['whoami'])).toMatchObject({ code: 3 });
  });
});

test('no secret is printed, whatever goes wrong', async () => {
  const accessToken = await signIn();
  const given = credentials(inMs(50_000));
  broker.answer(ISSUE, { status: 200, json: given }, problem(403, 'revoked', 'over'), problem(500, 'internal', 'no'), {
    status: 200,
    json: { ...given, Version: 9 },
  });
  const runs = [await fetchCredentials()];
  for (let i = 0; i < 3; i += 1) runs.push(await fetchCredentials());
  const secrets = [accessToken, readFileSync(tokenFile, 'utf8').trim(), given.SecretAccessKey, given.SessionToken];
  for (const text of [...runs.map(({ stderr }) => stderr), ...runs.slice(1).map(({ stdout }) => stdout)])
    for (const each of secrets) expect(text).not.toContain(each);
});
