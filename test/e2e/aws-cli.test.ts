import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Reply } from '../../local/browser.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';

/** Debian's package has it there; anything else called `aws` may be a shim of who knows what. */
const AWS = process.env['HATCHECK_AWS_CLI'] ?? '/usr/bin/aws';
const HATCHECK = fileURLToPath(new URL('../../cli/hatcheck.ts', import.meta.url));
const run = promisify(execFile);

const suite = existsSync(AWS) ? describe : describe.skip;

suite(`the AWS CLI with a credential_process profile (${existsSync(AWS) ? AWS : `missing: ${AWS}`})`, () => {
  let stack: TestStack;
  let home: string;
  let env: NodeJS.ProcessEnv;
  let ids: Readonly<Record<string, string>>;

  beforeAll(async () => {
    stack = await startTestStack();
    home = join(stack.folder, 'home');
    await mkdir(home);
    env = {
      PATH: '/usr/bin:/bin',
      HOME: home,
      AWS_CONFIG_FILE: join(home, 'aws-config'),
      HATCHECK_SERVER: stack.origin,
      HATCHECK_CONFIG_DIR: join(home, 'hatcheck'),
      HATCHECK_KEYRING: 'off',
    };
    const tokenFile = join(home, 'id-token');
    await writeFile(tokenFile, await stack.oidc.idToken('engineer@example.com'), { mode: 0o600 });
    await run(process.execPath, [HATCHECK, 'login', '--token-file', tokenFile], { env });
    const engineer = await stack.signedIn('engineer@example.com');
    ids = {
      read: await ask(engineer, 'prod-read'),
      staging: await ask(engineer, 'staging-admin'),
      legacy: await ask(engineer, 'legacy-admin'),
      payments: await paymentsGrant(engineer),
      admin: await adminGrant(engineer),
      revoked: await adminGrant(engineer),
    };
    await profiles(ids);
  });
  afterAll(async () => {
    await stack.close();
  });

  const idIn = ({ json }: Reply): string => (json['request'] as { id: string }).id;
  const ask = async (engineer: Browser, entitlementId: string, more: object = {}): Promise<string> =>
    idIn(
      await engineer.call('POST', '/v1/requests', {
        ...{ entitlementId, ...more },
        justification: 'Trying the CLI',
        durationSeconds: 900,
      }),
    );
  const paymentsGrant = async (engineer: Browser): Promise<string> => {
    const id = await ask(engineer, 'payments-admin');
    for (const account of ['approver@example.com', 'security@example.com']) {
      const approver = await stack.signedIn(account);
      expect((await approver.call('POST', `/v1/requests/${id}/approve`)).status).toBe(200);
    }
    return id;
  };
  const adminGrant = async (engineer: Browser): Promise<string> => {
    const id = await ask(engineer, 'prod-admin', { ticket: 'OPS-1' });
    const approver = await stack.signedIn('approver@example.com');
    expect((await approver.call('POST', `/v1/requests/${id}/approve`)).status).toBe(200);
    return id;
  };
  /** What the command keeps says that it is over in half a minute. */
  const aboutToEnd = async (): Promise<void> => {
    const folder = join(home, 'hatcheck');
    const Expiration = new Date(Date.now() + 30_000).toISOString();
    for (const name of (await readdir(folder)).filter((each) => each.startsWith('credentials.'))) {
      const kept = JSON.parse(await readFile(join(folder, name), 'utf8')) as { credentials: object };
      const changed = { ...kept, credentials: { ...kept.credentials, Expiration } };
      await writeFile(join(folder, name), JSON.stringify(changed), { mode: 0o600 });
    }
  };
  const profiles = async (ids: Record<string, string>): Promise<void> => {
    const sections = Object.entries(ids).map(
      ([name, id]) =>
        `[profile ${name}]\nregion = eu-west-1\ncredential_process = ${process.execPath} ${HATCHECK} credentials ${id} --format process\n`,
    );
    await writeFile(join(home, 'aws-config'), sections.join('\n'));
  };
  const aws = (profile: string, ...words: string[]) =>
    run(AWS, ['--profile', profile, '--endpoint-url', stack.aws.endpoint, '--output', 'json', ...words], { env });

  test('sts get-caller-identity names the assumed role and the role session name', async () => {
    const { stdout } = await aws('read', 'sts', 'get-caller-identity');
    expect(JSON.parse(stdout)).toMatchObject({
      Account: '111122223333',
      Arn: expect.stringMatching(/^arn:aws:sts::111122223333:assumed-role\/ReadOnly\/engineer@example\.com=[\w-]{8}$/),
    });
  });

  test('s3 ls works with a role that has the right', async () => {
    const { stdout } = await aws('read', 's3', 'ls');
    expect(stdout).toContain('prod-reports');
  });

  test.each([
    ['a token', 'staging', 'Admin'],
    ['a SAML response', 'legacy', 'LegacyAdmin'],
  ])('a role session by %s of ours serves it as well', async (_what, profile, roleName) => {
    const { stdout } = await aws(profile, 'sts', 'get-caller-identity');
    expect(JSON.parse(stdout)).toMatchObject({
      Arn: expect.stringMatching(
        new RegExp(`^arn:aws:sts::444455556666:assumed-role/${roleName}/engineer@example\\.com=[\\w-]{8}$`),
      ),
    });
    expect((await aws(profile, 's3', 'ls')).stdout).toContain('staging-reports');
  });

  const viewOf = async (id: string) => {
    const { json } = await (await stack.signedIn('engineer@example.com')).call('GET', `/v1/requests/${id}`);
    return json['request'] as { readonly sessionsEnded?: { readonly tookMs: number; readonly by: string } };
  };
  /** Fails as long as it is not so; a test has its own time-out. */
  const until = async <T>(look: () => Promise<T | undefined>): Promise<T> => (await look()) ?? until(look);
  const s3Of = (profile: string): Promise<string> =>
    aws(profile, 's3', 'ls').then(
      ({ stdout }) => stdout,
      (error: unknown) => String(error),
    );

  test('within seconds of a revoke s3 ls is AccessDenied, and another grant of the same role goes on', async () => {
    expect(await s3Of('revoked')).toContain('prod-reports');
    expect(await s3Of('admin')).toContain('prod-reports');
    const security = await stack.signedIn('security@example.com');
    const revoke = await security.call('POST', `/v1/requests/${ids['revoked'] ?? ''}/revoke`, {
      reason: 'An incident',
    });
    expect(revoke.status).toBe(200);
    await until(async () => ((await s3Of('revoked')).includes('AccessDenied') ? true : undefined));
    expect(await s3Of('admin')).toContain('prod-reports');
    const ended = await until(async () => (await viewOf(ids['revoked'] ?? '')).sessionsEnded);
    expect(ended).toEqual({ at: expect.any(String), by: 'boundary', tookMs: expect.any(Number) });
    expect((await viewOf(ids['admin'] ?? '')).sessionsEnded).toBeUndefined();
    // Lambda took the message with the function's own role, and that one wrote the boundary through the revoker's: nothing was refused.
    const refused = stack.aws.calls.filter(({ decision }) => decision === 'denied');
    expect(refused.filter(({ action }) => !action.startsWith('s3:'))).toStrictEqual([]);
  });

  test('a profile whose credentials are about to end fetches others by itself', async () => {
    expect(await s3Of('admin')).toContain('prod-reports');
    const issued = () =>
      stack.aws.calls.filter(({ action, decision }) => action === 'sts:AssumeRole' && decision === 'allowed').length;
    const before = issued();
    expect(await s3Of('admin')).toContain('prod-reports');
    expect(issued()).toBe(before);
    await aboutToEnd();
    expect(await s3Of('admin')).toContain('prod-reports');
    expect(issued()).toBe(before + 1);
  });

  const hatcheck = (...words: string[]) => run(process.execPath, [HATCHECK, ...words], { env });
  const sessions = (): number =>
    stack.aws.calls.filter(({ action, decision }) => action === 'sts:AssumeRole' && decision === 'allowed').length;

  describe('with profiles of hatcheck configure', () => {
    beforeAll(async () => {
      await hatcheck('configure', '--region', 'eu-west-1', '--prefix', 'our-');
    });

    test('each names its entitlement, and the others stay', async () => {
      const { stdout } = await run(AWS, ['configure', 'list-profiles'], { env });
      expect(stdout.split('\n')).toEqual(expect.arrayContaining(['read', 'our-prod-read', 'our-payments-admin']));
    });

    test('ten at once make one session, and all of them work', async () => {
      await hatcheck('logout').catch(() => undefined);
      const tokenFile = join(home, 'another-id-token');
      await writeFile(tokenFile, await stack.oidc.idToken('engineer@example.com'), { mode: 0o600 });
      await hatcheck('login', '--token-file', tokenFile);
      const before = sessions();
      const ten = await Promise.all(Array.from({ length: 10 }, () => s3Of('our-prod-read')));
      expect(ten.map((listed) => listed.includes('prod-reports'))).toEqual(ten.map(() => true));
      expect(sessions()).toBe(before + 1);
    });

    test('a revoke is felt by S3, and then the profile says that there is no grant', async () => {
      const engineer = await stack.signedIn('engineer@example.com');
      const { json } = await engineer.call('GET', '/v1/requests?status=approved&limit=50');
      const list = json['requests'] as { id: string; entitlementId: string }[];
      const admins = list.filter(({ entitlementId }) => entitlementId === 'prod-admin');
      expect(await s3Of('our-prod-admin')).toContain('prod-reports');
      const security = await stack.signedIn('security@example.com');
      for (const { id } of admins) await security.call('POST', `/v1/requests/${id}/revoke`, { reason: 'An incident' });
      await until(async () => ((await s3Of('our-prod-admin')).includes('AccessDenied') ? true : undefined));
      await aboutToEnd();
      expect(await s3Of('our-prod-admin')).toContain('you have no grant of prod-admin now');
    });

    test('hatcheck exec gives the AWS CLI its credentials, by the environment and by an endpoint that renews them', async () => {
      const list = [AWS, '--endpoint-url', stack.aws.endpoint, 's3', 'ls'];
      for (const via of ['environment', 'endpoint']) {
        const { stdout } = await hatcheck('exec', 'prod-read', '--via', via, '--region', 'eu-west-1', '--', ...list);
        expect(stdout).toContain('prod-reports');
      }
    });
  });

  test('s3 ls is AccessDenied with a role that has it not', async () => {
    const { stdout } = await aws('payments', 'sts', 'get-caller-identity');
    expect(stdout).toContain('assumed-role/PaymentsAdmin/');
    await expect(aws('payments', 's3', 'ls')).rejects.toMatchObject({
      stderr: expect.stringContaining('AccessDenied'),
    });
  });
});
