import { execFile } from 'node:child_process';
import { afterEach, describe, expect, test } from '@jest/globals';
import { BROKER, BROKER_ACCOUNT, start } from '../../local/aws/small-world.ts';
import { PLAIN, type Scene, sceneOf } from './scene.ts';
import { type StandIn, standIn } from './stand-in.ts';

const scenes: Scene[] = [];
const open: { close: () => Promise<void> }[] = [];
afterEach(async () => {
  for (const scene of scenes.splice(0)) scene.close();
  await Promise.all(open.splice(0).map((one) => one.close()));
});

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The script itself, in a process of its own, with these variables and an empty home folder. */
const run = (script: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ended> =>
  new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--import', './scripts/node-version.mjs', `scripts/${script}.ts`, ...args],
      { env: { AWS_EC2_METADATA_DISABLED: 'true', ...env } },
      (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
      },
    );
  });

const scene = (access: string | undefined): Scene => {
  const one = sceneOf(access);
  scenes.push(one);
  return one;
};

describe('npm run deploy, as it is typed', () => {
  test('says all that is missing at once, each with what to do, and ends with 2', async () => {
    const { folder, accessFile } = scene(PLAIN.replace('1h', 'an hour').replace('auto', 'perhaps'));
    const { code, stdout, stderr } = await run('deploy', ['--stage', 'nowhere', '--access', accessFile], {
      HOME: folder,
    });
    expect([code, stderr]).toEqual([2, '']);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.filter((line) => line.startsWith('stops'))).toEqual([
      expect.stringContaining('entitlements.prod-read.approval'),
      expect.stringContaining('entitlements.prod-read.maxDuration'),
      expect.stringContaining('credentials'),
    ]);
    expect(lines.filter((line) => line.startsWith('       next: '))).toHaveLength(3);
    expect(lines.at(-1)).toContain('3 stop it');
  });

  test('takes the credentials of the environment, and looks in that account', async () => {
    const sts = await start();
    const others: StandIn = await standIn(({ name }) =>
      name === 'AmazonSSM.DescribeParameters' ? { Parameters: [] } : 'ResourceNotFoundException',
    );
    open.push(sts, others);
    const { folder, accessFile } = scene(PLAIN);
    const { accessKeyId, secretAccessKey, sessionToken } = sts.credentialsFor(BROKER, 'deployer');
    const { code, stdout } = await run('deploy', ['--stage', 'nowhere', '--access', accessFile, '--check'], {
      HOME: folder,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
      AWS_ENDPOINT_URL: others.endpoint,
      AWS_ENDPOINT_URL_STS: sts.endpoint,
    });
    expect(code).toBe(2);
    expect(stdout.match(/^stops {2}[^:]+/gm)).toEqual(['stops  pepper', 'stops  secret']);
    expect(stdout).toContain(`nowhere in eu-west-1, account ${BROKER_ACCOUNT}: 2 stop it`);
    expect(others.calls.map(({ name }) => name).toSorted()).toEqual([
      'AmazonSSM.DescribeParameters',
      'AmazonSSM.DescribeParameters',
      'DynamoDB_20120810.DescribeTable',
    ]);
  });

  test('is wrong usage without a stage, and says how npm wants it', async () => {
    const { code, stderr } = await run('deploy', [], {});
    expect([code, stderr]).toEqual([2, expect.stringContaining('npm run deploy -- --stage prod')]);
  });

  test('explains itself', async () => {
    const { code, stdout } = await run('deploy', ['--help'], {});
    expect([code, stdout]).toEqual([0, expect.stringContaining('Exit codes')]);
  });
});

describe('a Node that is too old', () => {
  const under = (version: string): Promise<Ended> =>
    new Promise((resolve) => {
      const pretended = `Object.defineProperty(process, 'versions', { value: { node: '${version}' } })`;
      const imports = [`data:text/javascript,${encodeURIComponent(pretended)}`, './scripts/node-version.mjs'];
      const args = [...imports.flatMap((each) => ['--import', each]), '-e', 'console.log("goes on")'];
      execFile(process.execPath, args, { env: {} }, (error, stdout, stderr) => {
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
      });
    });

  test.each([
    ['20.19.0', 2],
    ['22.17.1', 2],
    ['22.18.0', 0],
    ['24.0.0', 0],
  ])('is told so before anything else: %s', async (version, expected) => {
    const { code, stdout, stderr } = await under(version);
    expect([code, stdout]).toEqual([expected, expected === 0 ? 'goes on\n' : '']);
    if (expected !== 0) expect(stderr).toContain('22.18 or later');
  });
});

test('npm run teardown, as it is typed, does nothing where nobody is there to type the name', async () => {
  const { folder } = scene(undefined);
  const { code, stdout } = await run('teardown', ['--stage', 'nowhere'], { HOME: folder });
  expect(code).toBe(2);
  expect(stdout.match(/^stops {2}[^:]+/gm)).toEqual(['stops  credentials', 'stops  terminal']);
});
