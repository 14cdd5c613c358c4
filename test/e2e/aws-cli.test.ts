import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
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
    };
    const tokenFile = join(home, 'id-token');
    await writeFile(tokenFile, await stack.oidc.idToken('engineer@example.com'), { mode: 0o600 });
    await run(process.execPath, [HATCHECK, 'login', '--token-file', tokenFile], { env });
    const engineer = await stack.signedIn('engineer@example.com');
    await profiles({
      read: await ask(engineer, 'prod-read'),
      staging: await ask(engineer, 'staging-admin'),
      legacy: await ask(engineer, 'legacy-admin'),
      payments: await paymentsGrant(engineer),
    });
  }, 60_000);
  afterAll(async () => {
    await stack.close();
  });

  const idIn = ({ json }: Reply): string => (json['request'] as { id: string }).id;
  const ask = async (engineer: Browser, entitlementId: string): Promise<string> =>
    idIn(
      await engineer.call('POST', '/v1/requests', {
        entitlementId,
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
  }, 30_000);

  test('s3 ls works with a role that has the right', async () => {
    const { stdout } = await aws('read', 's3', 'ls');
    expect(stdout).toContain('prod-reports');
  }, 30_000);

  test.each([
    ['a token', 'staging', 'Admin'],
    ['a SAML response', 'legacy', 'LegacyAdmin'],
  ])(
    'a role session by %s of ours serves it as well',
    async (_what, profile, roleName) => {
      const { stdout } = await aws(profile, 'sts', 'get-caller-identity');
      expect(JSON.parse(stdout)).toMatchObject({
        Arn: expect.stringMatching(
          new RegExp(`^arn:aws:sts::444455556666:assumed-role/${roleName}/engineer@example\\.com=[\\w-]{8}$`),
        ),
      });
      expect((await aws(profile, 's3', 'ls')).stdout).toContain('staging-reports');
    },
    30_000,
  );

  test('s3 ls is AccessDenied with a role that has it not', async () => {
    const { stdout } = await aws('payments', 'sts', 'get-caller-identity');
    expect(stdout).toContain('assumed-role/PaymentsAdmin/');
    await expect(aws('payments', 's3', 'ls')).rejects.toMatchObject({
      stderr: expect.stringContaining('AccessDenied'),
    });
  }, 30_000);
});
