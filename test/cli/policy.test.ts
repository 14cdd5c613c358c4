import { execFileSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as esbuild from 'esbuild';
import { type Run, hatcheck } from './run.ts';

const ACCESS = `version: 1
identityProviders:
  - { id: okta, type: oidc, issuer: https://example.okta.com, clientId: hatcheck }
accounts:
  prod: { id: '111122223333', region: eu-west-1 }
entitlements:
  read:
    role: { account: prod, name: Read }
    requesters: { groups: [sre] }
    approval: auto
    maxDuration: 1h
security: { groups: [security] }
`;

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hatcheck-policy-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const put = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};

const policy = (...args: readonly string[]): Promise<Run> => hatcheck(['policy', ...args], {});

describe('policy lint', () => {
  test('says that all is well', async () => {
    const file = put('access.yml', ACCESS);
    expect(await policy('lint', file)).toEqual({ code: 0, stdout: `${file}: 0 faults, 0 warnings\n`, stderr: '' });
  });

  test('says every fault as editors read it, and fails', async () => {
    const file = put('faulty.yml', ACCESS.replace('1h', 'long').replace('auto', 'atuo'));
    const { code, stdout } = await policy('lint', file);
    expect(code).toBe(1);
    expect(stdout).toContain(`${file}:10:5: fault [invalid_union] entitlements.read.approval: `);
    expect(stdout).toContain(`${file}:11:5: fault [invalid_duration] entitlements.read.maxDuration: `);
    expect(stdout).toContain('2 faults, 0 warnings');
  });

  test('lets warnings pass, unless it is to be strict', async () => {
    const file = put('odd.yml', ACCESS.replace('name: Read', 'name: Admin'));
    const lax = await policy('lint', file);
    expect(lax).toMatchObject({ code: 0 });
    expect(lax.stdout).toContain(`${file}:8:5: warning [admin_without_mfa] entitlements.read.role: `);
    expect(await policy('lint', '--strict', file)).toMatchObject({ code: 1 });
  });

  test('speaks JSON', async () => {
    const { code, stdout } = await policy('lint', '--json', put('faulty.yml', ACCESS.replace('1h', 'long')));
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ faults: [{ line: 11, column: 5, code: 'invalid_duration' }] });
  });

  test('compares audiences with the server that it is told', async () => {
    const own = ACCESS.replaceAll('groups: [', 'groups: [okta:').replace(
      'accounts:',
      `  - { id: fleet, type: aws-workload, audience: hatcheck.example.com, regions: [eu-west-1], roles: [{ account: '444455556666', name: report }] }
accounts:`,
    );
    const file = put('fleet.yml', own);
    expect((await policy('lint', '--origin', 'https://hatcheck.example.com', file)).stdout).not.toContain('audience_');
    expect((await policy('lint', '--origin', 'https://other.example.com', file)).stdout).toContain(
      'audience_not_own_host',
    );
    expect(await policy('lint', '--origin', 'other.example.com', file)).toMatchObject({ code: 2, stdout: '' });
  });

  test('tells a file that is not there from one that is not in order', async () => {
    const { code, stdout, stderr } = await policy('lint', join(folder, 'gone.yml'));
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(join(folder, 'gone.yml'));
  });

  test('paints nothing where no person looks', async () => {
    const { stdout } = await policy('lint', put('odd.yml', ACCESS.replace('name: Read', 'name: Admin')));
    expect(stdout).not.toContain('\u001b');
  });
});

describe('policy diff', () => {
  test('is silent about what is the same', async () => {
    const [a, b] = [put('a.yml', ACCESS), put('b.yml', ACCESS.replace('1h', '60m # as it was'))];
    expect(await policy('diff', a, b, '--fail-on', 'change')).toMatchObject({ code: 0, stdout: 'the same rules\n' });
  });

  test.each([
    ['sre', 'sre, dev', '  + okta:dev  may request it\n1 gain, 0 losses, 0 other changes\n', { gain: 1, change: 1 }],
    ['sre, dev', 'sre', '  - okta:dev  may request it\n0 gains, 1 loss, 0 other changes\n', { gain: 0, change: 1 }],
  ] as const)('from [%s] to [%s]', async (from, to, said, codes) => {
    const [a, b] = [from, to].map((groups, index) =>
      put(`${index}.yml`, ACCESS.replace('groups: [sre]', `groups: [${groups}]`)),
    );
    const { code, stdout } = await policy('diff', a ?? '', b ?? '');
    expect({ code, stdout }).toEqual({ code: 0, stdout: `entitlements.read\n${said}` });
    for (const [what, expected] of Object.entries(codes))
      expect(await policy('diff', a ?? '', b ?? '', '--fail-on', what)).toMatchObject({ code: expected });
  });

  test('holds a file that is not in order against nobody: it is wrong usage', async () => {
    const [a, b] = [put('a.yml', ACCESS), put('faulty.yml', ACCESS.replace('1h', 'long'))];
    const { code, stderr } = await policy('diff', a, b, '--fail-on', 'change');
    expect(code).toBe(2);
    expect(stderr).toContain('faulty.yml:11:5 entitlements.read.maxDuration');
  });
});

describe('a proposal that would hide in what is shown', () => {
  test('a terminal escape in the name of a key', async () => {
    const file = put('escape.yml', ACCESS.replace('approval: auto', 'approval: auto\n    "x\\e[2J\\e[8m": 1'));
    const { code, stdout } = await policy('lint', file);
    expect(code).toBe(1);
    expect(stdout).toContain('entitlements.read.x\ufffd[2J\ufffd[8m: is not known here');
  });

  test('a right-to-left override in the name of a group', async () => {
    const proposed = put('override.yml', ACCESS.replace('[sre]', '[sre, "x\u202eerdaeh"]'));
    const { stdout } = await policy('diff', put('access.yml', ACCESS), proposed);
    expect(stdout).toContain('+ okta:x\ufffderdaeh  may request it');
  });
});

describe('policy diff of git revisions', () => {
  const git = (...args: readonly string[]): void => {
    const identity = ['-c', 'user.name=Engineer', '-c', 'user.email=engineer@example.com'];
    execFileSync('git', [...identity, ...args], { cwd: join(folder, 'repository'), stdio: 'ignore' });
  };
  const inRepository = (...args: readonly string[]): Promise<Run> =>
    hatcheck(['policy', 'diff', ...args], { PATH: process.env['PATH'] ?? '' }, '', join(folder, 'repository'));

  beforeAll(() => {
    mkdirSync(join(folder, 'repository/infra'), { recursive: true });
    git('init', '--quiet');
    put('repository/infra/denies.json', '{"Version":"2012-10-17","Statement":[]}');
    const denies = (sid: string): string =>
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [{ Sid: sid, Effect: 'Deny', Action: ['iam:*'], Resource: ['*'] }],
      });
    const text = ACCESS.replace('maxDuration', 'session: { policy: denies.json }\n    maxDuration');
    put('repository/infra/access.yml', text);
    put('repository/infra/denies.json', denies('Before'));
    git('add', '.');
    git('commit', '--quiet', '--message', 'before');
    put('repository/infra/denies.json', denies('After'));
    put('repository/infra/access.yml', text.replace('1h', '2h'));
  });

  test.each(['HEAD:infra/access.yml', 'HEAD:./infra/access.yml'])(
    '%s is compared with the files that it named then',
    async (revision) => {
      const { code, stdout, stderr } = await inRepository(revision, 'infra/access.yml');
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain('+ maxDuration 1h → 2h');
      expect(stdout).toContain('~ session.denies[0].Sid Before → After');
    },
  );

  test.each(['HEAD:gone.yml', 'nowhere:infra/access.yml', '--help:infra/access.yml', '-p:access.yml'])(
    'takes %s for neither a file nor an option of git',
    async (revision) => {
      expect(await inRepository('--', revision, 'infra/access.yml')).toMatchObject({ code: 2, stdout: '' });
    },
  );
});

describe('policy explain', () => {
  test('gives every rule and the verdict', async () => {
    const file = put('access.yml', ACCESS);
    const allowed = await policy('explain', 'read', '--policy', file, '--as', 'sre');
    expect(allowed).toMatchObject({ code: 0, stderr: '' });
    expect(allowed.stdout).toMatch(/^ {2}yes eligible .*\n(.*\n)*allowed\n$/m);
    const refused = await policy('explain', 'read', '--policy', file, '--as', 'okta:sre', '--for', '2h');
    expect(refused).toMatchObject({ code: 1 });
    expect(refused.stdout).toMatch(/^ {2}no {2}duration .*\n(.*\n)*not allowed: invalid_input \(duration\)\n$/m);
  });

  test('speaks JSON', async () => {
    const { stdout } = await policy('explain', 'read', '--policy', put('access.yml', ACCESS), '--json');
    expect(JSON.parse(stdout)).toMatchObject({
      allowed: false,
      rules: [{ rule: 'eligible', outcome: 'notSatisfied', refusal: { code: 'not_eligible' } }],
    });
  });

  test.each([
    [['gone'], 'there is no entitlement gone; there are: read'],
    [['read', '--as', 'adfs:sre'], '--as there is no identity provider "adfs"'],
    [['read', '--for', 'long'], '--for must be a duration such as 90s, 30m or 1h'],
    [['read', '--signed-in-ago', '0s'], '--signed-in-ago must be a duration such as 90s, 30m or 1h'],
    [['read', '--at', 'noon'], '--at must be a time such as 2026-03-02T12:00:00Z'],
  ])('says what is wrong with %j', async (args, message) => {
    const { code, stdout, stderr } = await policy('explain', ...args, '--policy', put('access.yml', ACCESS));
    expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: `hatcheck: ${message}\n` });
  });
});

describe('policy test', () => {
  const expectations = (expected: string): string => `version: 1
principals: { engineer: { groups: [sre] } }
expectations:
  - { as: engineer, entitlement: read, expect: ${expected} }
`;

  test('finds the policy beside the expectations, and tells what is met from what is not', async () => {
    put('access.yml', ACCESS);
    const file = put('access.test.yml', expectations('allowed'));
    expect(await policy('test', file)).toEqual({
      code: 0,
      stdout: `ok   ${file}:4 engineer: request read: allowed\n1 expectation, 0 not met\n`,
      stderr: '',
    });
    put('access.test.yml', expectations('not_eligible'));
    expect(await policy('test', file)).toMatchObject({
      code: 1,
      stdout: `FAIL ${file}:4 engineer: request read: expected not_eligible, got allowed\n1 expectation, 1 not met\n`,
    });
  });

  test('is wrong usage with a file that is not in order', async () => {
    const file = put('access.test.yml', expectations('allowed').replace('as: engineer', 'as: nobody'));
    const { code, stderr } = await policy('test', file, '--policy', put('access.yml', ACCESS));
    expect(code).toBe(2);
    expect(stderr).toContain(`${file}:4:7 expectations[0].as: is none of principals`);
  });
});

describe('what the command loads', () => {
  /** The packages that are reached from it: at once, or also by what is imported when it is needed. */
  const packages = async (entry: string, kinds: readonly string[]): Promise<readonly string[]> => {
    const { metafile } = await esbuild.build({
      ...{ entryPoints: [entry], bundle: true, platform: 'node', format: 'esm', target: 'node24' },
      ...{ packages: 'external', metafile: true, write: false, splitting: true, outdir: folder },
    });
    const reached = new Set(
      Object.entries(metafile.outputs).flatMap(([path, { entryPoint }]) => (entryPoint === entry ? [path] : [])),
    );
    for (const path of reached)
      for (const next of metafile.outputs[path]?.imports ?? []) if (kinds.includes(next.kind)) reached.add(next.path);
    return [...reached].filter((path) => !(path in metafile.outputs));
  };

  test('is no AWS SDK, whatever is asked of it', async () => {
    const all = await packages('cli/hatcheck.ts', ['import-statement', 'dynamic-import']);
    expect(all).toEqual(expect.arrayContaining(['commander', 'yaml', 'zod']));
    expect(all.filter((path) => /^@(aws-sdk|smithy)\//.test(path))).toStrictEqual([]);
  });

  test('is nothing that only access policies need, unless that is asked of it', async () => {
    const eager = await packages('cli/run.ts', ['import-statement']);
    expect(eager).toContain('commander');
    expect(eager).not.toContain('yaml');
    expect(eager).not.toContain('zod');
  });

  test('is nothing at all to say its version', async () => {
    const eager = await packages('cli/hatcheck.ts', ['import-statement']);
    expect(eager.filter((path) => !path.startsWith('node:'))).toStrictEqual([]);
  });
});
