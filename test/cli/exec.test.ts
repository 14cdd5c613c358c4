import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { type SignedIn, credentialsUntil, inMs, problem, requestView, signedIn } from './signed-in.ts';

const ID = `r_${'A'.repeat(26)}`;
const listOf = (status: string): string => `GET /v1/requests?as=requester&status=${status}&limit=200`;
const ISSUE = `POST /v1/requests/${ID}/credentials`;
const HOUR_MS = 3_600_000;

let at: SignedIn;
beforeEach(async () => {
  at = await signedIn();
});
afterEach(async () => {
  await at.close();
});

const granted = (ms = HOUR_MS, credentialsMs = ms) => {
  const grant = { state: 'active', startsAt: inMs(-1000), endsAt: inMs(ms) };
  at.broker.answer(listOf('approved'), { status: 200, json: { requests: [requestView(ID, { grant })] } });
  const credentials = credentialsUntil(credentialsMs);
  at.broker.answer(ISSUE, { status: 200, json: credentials });
  return credentials;
};
/** Runs JavaScript as the command; what it prints as JSON comes back. */
const node = (script: string, ...options: readonly string[]) =>
  at.run('exec', 'prod-read', ...options, '--', process.execPath, '-e', script);
const SHOW_ENV = 'process.stdout.write(JSON.stringify(process.env))';

describe('hatcheck exec', () => {
  test('gives the command the credentials in its environment, and ends as it does', async () => {
    const credentials = granted();
    const { code, stdout, stderr } = await node(`${SHOW_ENV}; process.exitCode = 7`);
    expect([code, stderr]).toEqual([7, '']);
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ AWS_ACCESS_KEY_ID: credentials.AccessKeyId, AWS_SECRET_ACCESS_KEY: credentials.SecretAccessKey },
      ...{ AWS_SESSION_TOKEN: credentials.SessionToken, HATCHECK_ENTITLEMENT: 'prod-read', HATCHECK_REQUEST: ID },
    });
  });

  test('leaves nobody else’s credentials in the environment', async () => {
    granted();
    const theirs = {
      AWS_PROFILE: 'other',
      AWS_ROLE_ARN: 'arn:aws:iam::111122223333:role/Other',
      AWS_SECURITY_TOKEN: 'x',
    };
    const { hatcheck } = await import('./run.ts');
    const words = ['exec', 'prod-read', '--', process.execPath, '-e', SHOW_ENV];
    const { stdout } = await hatcheck(words, { ...at.env, ...theirs });
    for (const name of Object.keys(theirs)) expect(JSON.parse(stdout)).not.toHaveProperty([name]);
  });

  test('passes on the options of the command as they are', async () => {
    granted();
    const words = ['--json', '--help', '-x', '--server', 'y'];
    const { stdout } = await at.run(
      ...[
        'exec',
        'prod-read',
        '--',
        process.execPath,
        '-e',
        'console.log(JSON.stringify(process.argv.slice(1)))',
        '--',
      ],
      ...words,
    );
    expect(JSON.parse(stdout)).toEqual(words);
  });

  test('reads stdin on', async () => {
    granted();
    const { hatcheck } = await import('./run.ts');
    expect(await hatcheck(['exec', 'prod-read', '--', 'cat'], at.env, 'said')).toMatchObject({
      code: 0,
      stdout: 'said',
    });
  });

  test.each([
    ['that there is not', 'no-such-command', 127],
    ['that is none', '/etc/passwd', 126],
  ])('a command %s', async (_what, command, code) => {
    granted();
    expect(await at.run('exec', 'prod-read', '--', command)).toMatchObject({ code, stdout: '' });
  });

  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('%s goes to the command, and what it makes of it is how we end', async (signal, expected) => {
    granted();
    const script = `process.on('${signal}', () => { console.log('told'); process.exit(3) }); setInterval(() => {}, 1000); console.log('up')`;
    const run = (words: readonly string[]) =>
      spawn(process.execPath, ['cli/hatcheck.ts', 'exec', 'prod-read', '--', ...words], { env: at.env, stdio: 'pipe' });
    const heeding = run([process.execPath, '-e', script]);
    const lines = createInterface(heeding.stdout)[Symbol.asyncIterator]();
    expect(await lines.next()).toMatchObject({ value: 'up' });
    heeding.kill(signal);
    expect(await lines.next()).toMatchObject({ value: 'told' });
    expect(await once(heeding, 'close')).toEqual([3, null]);
    const dying = run(['sh', '-c', 'echo up; exec sleep 60']);
    await once(createInterface(dying.stdout), 'line');
    dying.kill(signal);
    expect(await once(dying, 'close')).toEqual([expected, null]);
  });
});

describe('a command that outlives its first credentials', () => {
  const ASK = `const ask = (headers) => fetch(process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI, { headers });
    const token = process.env.AWS_CONTAINER_AUTHORIZATION_TOKEN;`;

  test('gets them from an endpoint that knows it by its token, and nothing but that', async () => {
    const credentials = granted(2 * HOUR_MS, HOUR_MS);
    const { code, stdout } = await node(`(async () => { ${ASK}
      const answers = [await ask({ authorization: token }), await ask({}), await ask({ authorization: token + 'x' })];
      console.log(JSON.stringify({ statuses: answers.map((each) => each.status), first: await answers[0].json(), env: process.env }));
    })()`);
    const { statuses, first, env } = JSON.parse(stdout) as { statuses: number[]; first: object; env: object };
    expect([code, statuses]).toEqual([0, [200, 403, 403]]);
    expect(first).toEqual({
      ...{ AccessKeyId: credentials.AccessKeyId, SecretAccessKey: credentials.SecretAccessKey },
      ...{ Token: credentials.SessionToken, Expiration: credentials.Expiration },
    });
    expect(env).not.toHaveProperty('AWS_ACCESS_KEY_ID');
    expect(env).not.toHaveProperty('AWS_SECRET_ACCESS_KEY');
  });

  test('gets others when those are about to end', async () => {
    const first = granted(2 * HOUR_MS, 30_000);
    const second = credentialsUntil(HOUR_MS);
    at.broker.answer(ISSUE, { status: 200, json: first }, { status: 200, json: second });
    const { stdout } = await node(`(async () => { ${ASK}
      console.log((await (await ask({ authorization: token })).json()).AccessKeyId) })()`);
    expect(stdout.trim()).toBe(second.AccessKeyId);
  });

  test('hears when there are no more, and so does whoever looks on', async () => {
    const first = granted(2 * HOUR_MS, 30_000);
    at.broker.answer(ISSUE, { status: 200, json: first }, problem(403, 'revoked', 'It was revoked.'));
    const { stdout, stderr } = await node(`(async () => { ${ASK}
      console.log((await ask({ authorization: token })).status) })()`);
    expect([stdout.trim(), stderr]).toEqual(['403', expect.stringMatching(/^hatcheck: .*revoked.*\n$/)]);
    expect(stderr).not.toContain(first.SecretAccessKey);
  });

  test('a page in a browser that names the endpoint by its own name gets nothing (DNS rebinding)', async () => {
    granted(2 * HOUR_MS, HOUR_MS);
    const { stdout } = await node(`const { request } = require('node:http');
      const headers = { host: 'evil.example', authorization: process.env.AWS_CONTAINER_AUTHORIZATION_TOKEN };
      request(process.env.AWS_CONTAINER_CREDENTIALS_FULL_URI, { headers }, (r) => console.log(r.statusCode)).end()`);
    expect(stdout.trim()).toBe('403');
  });

  test('does not take the default profile of this machine for its own, and keeps its region', async () => {
    granted(2 * HOUR_MS, HOUR_MS);
    mkdirSync(join(at.folder, '.aws'));
    const profile = '[profile x]\nregion = us-east-1\n[default]\nregion = eu-west-1\naws_access_key_id = AKIAOTHER\n';
    writeFileSync(join(at.folder, '.aws/config'), profile);
    const { stdout } = await node(SHOW_ENV);
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null', AWS_REGION: 'eu-west-1' },
    });
  });
});

describe('without a grant', () => {
  const entitlement = {
    id: 'prod-read',
    title: 'Read',
    accountId: '111122223333',
    accountName: 'prod',
    maxDurationSeconds: 7200,
  };
  const stages = [{ from: { groups: ['okta:sre-leads'], people: [] }, count: 1, approvals: [] }];
  const pending = requestView(ID, { status: 'pending', grant: undefined, stages });

  beforeEach(() => {
    granted();
    for (const status of ['approved', 'pending'])
      at.broker.answer(listOf(status), { status: 200, json: { requests: [] } });
    at.broker.answer('GET /v1/entitlements', { status: 200, json: { entitlements: [entitlement] } });
  });

  test('it is asked for, waited for, and used', async () => {
    at.broker.answer('POST /v1/requests', { status: 201, json: { request: pending } });
    at.broker.answer(`GET /v1/requests/${ID}`, { status: 200, json: { request: requestView(ID) } });
    const { code, stdout, stderr } = await node('console.log("ran")', '--because', 'a fire', '--for', '1h30m');
    expect([code, stdout, stderr]).toEqual([0, 'ran\n', '']);
    const asked = at.broker.heard.find(({ route }) => route === 'POST /v1/requests');
    expect(JSON.parse(asked?.body ?? '')).toEqual({
      ...{ entitlementId: 'prod-read', durationSeconds: 5400, justification: 'a fire' },
    });
  });

  test('what is missing is said, and nothing is asked for, where nobody can be asked', async () => {
    const { code, stderr } = await node('console.log("ran")');
    expect([code, stderr]).toEqual([2, expect.stringContaining('--because')]);
    expect(at.broker.heard.map(({ route }) => route)).not.toContain('POST /v1/requests');
  });

  test('one that is asked for already is not asked for again', async () => {
    at.broker.answer(listOf('pending'), { status: 200, json: { requests: [pending] } });
    const { code, stderr } = await node('console.log("ran")', '--no-wait');
    expect([code, stderr]).toEqual([9, expect.stringContaining('okta:sre-leads')]);
  });

  test('whoever breaks the glass does not wait for what they asked for before', async () => {
    at.broker.answer(listOf('pending'), { status: 200, json: { requests: [pending] } });
    at.broker.answer('POST /v1/requests', { status: 201, json: { request: requestView(ID) } });
    const words = ['--break-glass', '--because', 'nobody answers', '--no-wait'];
    expect(await node('console.log("ran")', ...words)).toMatchObject({ code: 0, stdout: 'ran\n' });
    const asked = at.broker.heard.find(({ route }) => route === 'POST /v1/requests');
    expect(JSON.parse(asked?.body ?? '')).toMatchObject({ breakGlass: true });
  });

  test.each(['denied', 'expired', 'cancelled', 'revoked'])('one that is %s ends with 6, and why', async (status) => {
    at.broker.answer('POST /v1/requests', { status: 201, json: { request: pending } });
    const closed = { kind: status, by: { email: 'approver@example.com' }, reason: 'not today' };
    const request = requestView(ID, { status, grant: undefined, closed });
    at.broker.answer(`GET /v1/requests/${ID}`, { status: 200, json: { request } });
    const { code, stdout, stderr } = await node('console.log("ran")', '--because', 'a fire');
    expect([code, stdout]).toEqual([6, '']);
    expect(stderr).toMatch(new RegExp(`${status} by approver@example.com: not today`));
  });

  test('an entitlement that is not one’s own is refused before anything is asked for', async () => {
    expect(await at.run('exec', 'other', '--because', 'x', '--', 'true')).toMatchObject({ code: 1, stdout: '' });
  });
});
