import { chmodSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ID, ISSUE, type Machine, idToken, me, newMachine, token } from './machine.ts';
import { credentialsUntil, problem, secret } from './signed-in.ts';

const HOUR_MS = 3_600_000;

let at: Machine;
beforeEach(async () => {
  at = await newMachine();
});
afterEach(async () => {
  await at.close();
});

describe('credentials', () => {
  test('are the JSON that the AWS CLI reads, and nothing else', async () => {
    const accessToken = await at.signIn();
    const given = credentialsUntil(HOUR_MS);
    at.broker.answer(ISSUE, { status: 200, json: { ...given, more: 'of it' } });
    const { code, stdout, stderr } = await at.fetchCredentials();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual(given);
    expect(at.broker.heard.at(-1)).toMatchObject({ route: ISSUE, authorization: `Bearer ${accessToken}` });
  });

  test('are kept until a minute before they end', async () => {
    await at.signIn();
    at.broker.answer(ISSUE, { status: 200, json: credentialsUntil(HOUR_MS) });
    const first = await at.fetchCredentials();
    expect(await at.fetchCredentials()).toEqual(first);
    expect(at.heardRoutes().filter((route) => route === ISSUE)).toHaveLength(1);
    for (const name of readdirSync(at.config)) expect(statSync(join(at.config, name)).mode & 0o777).toBe(0o600);
  });

  test('are fetched anew in their last minute', async () => {
    await at.signIn();
    const fresh = credentialsUntil(HOUR_MS);
    at.broker.answer(ISSUE, { status: 200, json: credentialsUntil(50_000) }, { status: 200, json: fresh });
    await at.fetchCredentials();
    expect(JSON.parse((await at.fetchCredentials()).stdout)).toEqual(fresh);
  });

  test('that were kept go away when the server refuses', async () => {
    await at.signIn();
    const refusal = problem(403, 'revoked', 'This grant was revoked.');
    at.broker.answer(ISSUE, { status: 200, json: credentialsUntil(50_000) }, refusal);
    await at.fetchCredentials();
    expect(readdirSync(at.config)).toHaveLength(2);
    const { code, stdout, stderr } = await at.fetchCredentials();
    expect({ code, stdout }).toEqual({ code: 6, stdout: '' });
    expect(stderr).toMatch(/^hatcheck: .*revoked.*This grant was revoked\..*hatcheck show.*\n$/);
    expect(readdirSync(at.config)).toHaveLength(1);
  });

  test('of one person are not given to the next who signs in', async () => {
    await at.signIn();
    at.broker.answer(ISSUE, { status: 200, json: credentialsUntil(HOUR_MS) });
    await at.fetchCredentials();
    at.broker.answer('GET /v1/me', me('p_two'));
    await at.signIn();
    at.broker.answer(ISSUE, problem(404, 'not_found', 'There is no such request.'));
    expect(await at.fetchCredentials()).toMatchObject({ code: 1, stdout: '' });
  });

  test('cannot be had without a sign-in, which the message says how to do', async () => {
    const { code, stdout, stderr } = await at.fetchCredentials();
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toMatch(/^hatcheck: .*hatcheck login.*\n$/);
  });

  test.each(['X', 'r_short', `${ID}/../../holds`, `r_${'a'.repeat(26)}`])('of no request: %s', async (id) => {
    await at.signIn();
    expect(await at.run(['credentials', id])).toMatchObject({ code: 2, stdout: '' });
    expect(at.heardRoutes()).not.toContainEqual(expect.stringContaining('requests'));
  });

  test('of a server that is away: 4', async () => {
    await at.signIn();
    await at.broker.close();
    const result = await at.fetchCredentials();
    expect(result).toMatchObject({ code: 4, stdout: '' });
  });

  test('of a server that fails: 4', async () => {
    await at.signIn();
    at.broker.answer(ISSUE, problem(503, 'ledger_unavailable', 'Try again.'));
    expect(await at.fetchCredentials()).toMatchObject({ code: 4, stdout: '' });
  });

  test.each([{}, { Version: 2 }, { ...credentialsUntil(HOUR_MS), Expiration: 'tomorrow' }, []])(
    'that are none are not given on (%#)',
    async (json) => {
      await at.signIn();
      at.broker.answer(ISSUE, { status: 200, json });
      expect(await at.fetchCredentials()).toMatchObject({ code: 4, stdout: '' });
    },
  );

  test('no control characters of the server reach the terminal', async () => {
    await at.signIn();
    at.broker.answer(ISSUE, problem(403, 'revoked', '\u001b[2Jcleared\nsecond line'));
    const { stderr } = await at.fetchCredentials();
    expect(stderr).not.toContain('\u001b');
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});

describe('usage', () => {
  test('--help names every command and exits with 0', async () => {
    const { code, stdout } = await at.run(['--help']);
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
    expect(await at.run(args)).toMatchObject({ code: 2, stdout: '' });
  });

  test('a folder that cannot be written is one line, not a stack', async () => {
    writeFileSync(at.tokenFile, idToken());
    at.broker.answer('POST /oauth/token', token(secret()));
    writeFileSync(at.config, 'a file where the folder should be');
    chmodSync(at.config, 0o600);
    const { code, stderr } = await at.run(['login', '--token-file', at.tokenFile]);
    expect(code).toBe(7);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });

  test('a store that somebody damaged is as none', async () => {
    await at.signIn();
    for (const name of readdirSync(at.config)) writeFileSync(join(at.config, name), '{"accessToken": 5');
    expect(await at.run(['whoami'])).toMatchObject({ code: 3 });
  });
});

test('a gateway that lets nobody through is a server that is away, and ends no sign-in', async () => {
  await at.signIn();
  at.broker.answer(ISSUE, { status: 429, json: { message: 'Too Many Requests' } });
  const { code, stderr } = await at.fetchCredentials();
  expect([code, stderr]).toEqual([4, expect.stringContaining('try again in a moment')]);
});

test('no secret is printed, whatever goes wrong', async () => {
  const accessToken = await at.signIn();
  const given = credentialsUntil(50_000);
  at.broker.answer(
    ISSUE,
    { status: 200, json: given },
    problem(403, 'revoked', 'over'),
    problem(500, 'internal', 'no'),
    {
      status: 200,
      json: { ...given, Version: 9 },
    },
  );
  const runs = [await at.fetchCredentials()];
  for (let i = 0; i < 3; i += 1) runs.push(await at.fetchCredentials());
  const secrets = [accessToken, readFileSync(at.tokenFile, 'utf8').trim(), given.SecretAccessKey, given.SessionToken];
  for (const text of [...runs.map(({ stderr }) => stderr), ...runs.slice(1).map(({ stdout }) => stdout)])
    for (const each of secrets) expect(text).not.toContain(each);
});
