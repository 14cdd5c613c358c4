import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { hatcheck } from '../cli/run.ts';
import { laptopPolicy } from '../support/laptop.ts';
import { type TestStack, startTestStack } from '../support/stack.ts';

const ROLE = 'arn:aws:iam::111122223333:role/ci/deployer';

let stack: TestStack;
let env: Record<string, string>;
beforeAll(async () => {
  stack = await startTestStack({
    access: (providers) => {
      const access = laptopPolicy(providers);
      return {
        ...access,
        identityProviders: [
          ...access.identityProviders,
          {
            ...{ id: 'fleet', type: 'aws-workload', issuer: 'https://sts.amazonaws.com', audience: 'the-laptop' },
            ...{ regions: ['eu-west-1'], roles: [{ account: '111122223333', name: 'deployer' }] },
            groups: ['fleet:deployers'],
          },
        ],
      };
    },
  });
  stack.aws.addRole({
    arn: ROLE,
    trustPolicy: {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    },
    policies: [],
    maxSessionSeconds: 3600,
  });
  const { accessKeyId, secretAccessKey, sessionToken } = stack.aws.credentialsFor(ROLE, 'the-function');
  const home = join(stack.folder, 'home');
  await mkdir(home);
  env = {
    ...{ PATH: '/nowhere', HOME: home, HATCHECK_CONFIG_DIR: join(home, 'hatcheck'), HATCHECK_SERVER: stack.origin },
    ...{ AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken },
    ...{ AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL_STS: stack.aws.endpoint },
  };
});
afterAll(() => stack.close());

const login = (...more: string[]) => hatcheck(['login', '--aws', '--audience', 'the-laptop', ...more], env);

describe('hatcheck login --aws', () => {
  test('signs in as the role whose credentials are there, with its groups, and again each time', async () => {
    const signedIn = { code: 0, stdout: `Signed in at ${stack.origin} as deployer in 111122223333.\n` };
    expect(await login()).toMatchObject(signedIn);
    expect(await login()).toMatchObject(signedIn);
    const { stdout } = await hatcheck(['whoami'], env);
    expect(stdout).toContain('groups: fleet:deployers');
  });

  test('with another audience, another role, or no role at all is refused, and says so in one line', async () => {
    expect(await hatcheck(['login', '--aws'], env)).toMatchObject({ code: 1, stdout: '' });
    const other = stack.aws.credentialsFor('arn:aws:iam::444455556666:role/hatcheck/Admin', 'lent');
    const lent = {
      ...{ AWS_ACCESS_KEY_ID: other.accessKeyId, AWS_SECRET_ACCESS_KEY: other.secretAccessKey },
      AWS_SESSION_TOKEN: other.sessionToken,
    };
    const refused = await hatcheck(['login', '--aws', '--audience', 'the-laptop'], { ...env, ...lent });
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    const nobody = await hatcheck(['login', '--aws'], { ...env, AWS_SESSION_TOKEN: '' });
    expect([nobody.code, nobody.stderr]).toEqual([
      2,
      'hatcheck: there are no credentials of an IAM role here, with a session token\n',
    ]);
    expect((await hatcheck(['login', '--aws'], { ...env, AWS_REGION: '' })).code).toBe(2);
  });

  test('a canary: neither the secret key nor a proof is in a log of the functions', () => {
    const logged = stack.logged.join('\n');
    expect(logged).toContain('a subject token was refused');
    for (const secret of [env['AWS_SECRET_ACCESS_KEY'], env['AWS_SESSION_TOKEN']]) expect(logged).not.toContain(secret);
    expect(logged).not.toContain('AWS4-HMAC-SHA256');
  });
});
