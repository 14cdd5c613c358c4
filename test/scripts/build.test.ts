import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { CompiledAccess } from '../../lib/config/access.ts';
import { loadAccessFile } from '../../lib/config/access-file.ts';
import { build } from '../../scripts/build.ts';
import { templateFacts } from '../../scripts/template-facts.ts';
import type { Bundle } from '../../scripts/build.ts';

let folder: string;
let access: CompiledAccess;
let bundles: Bundle[];

const put = (path: string, text: string) => writeFile(join(folder, path), text);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hatcheck-build-'));
  await mkdir(join(folder, 'functions'));
  await mkdir(join(folder, 'dist'));
  await put('dist/gone.mjs', 'a function of yesterday');
  await put('functions/wiring.ts', 'export const greeting: string = "hello";');
  await put(
    'functions/policy.ts',
    `import { greeting } from './wiring.ts';
     declare const __ACCESS_POLICY__: { entitlements: { id: string }[] };
     export const handler = async () => ({ greeting, ids: __ACCESS_POLICY__.entitlements.map(({ id }) => id) });`,
  );
  await put('functions/legacy.cjs', 'module.exports = require("node:path").sep;');
  await put('functions/old.ts', "import sep from './legacy.cjs';\nexport const handler = async () => ({ sep });");
  access = loadAccessFile('access.example.yml').policy;
  bundles = await build({ access, outDir: join(folder, 'dist'), functionsDir: join(folder, 'functions') });
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs a bundle as Lambda would, in a Node of its own. */
const run = async (name: string): Promise<unknown> => {
  const url = pathToFileURL(join(folder, `dist/${name}.mjs`)).href;
  const script = `const { handler } = await import(${JSON.stringify(url)}); console.log(JSON.stringify(await handler()))`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { env: {} });
  return JSON.parse(stdout);
};

describe('the build', () => {
  test('bundles the files that export a handler, and removes what is no function any more', async () => {
    expect(bundles.map(({ name }) => name)).toEqual(['old', 'policy']);
    expect((await readdir(join(folder, 'dist'))).sort()).toEqual([
      'mail-from.json',
      'meta.json',
      'old.mjs',
      'policy-version.json',
      'policy.mjs',
      'provider-secrets.json',
      'target-roles.json',
    ]);
  });

  test('puts the access policy into the bundle', async () => {
    expect(await run('policy')).toEqual({ greeting: 'hello', ids: access.entitlements.map(({ id }) => id) });
    expect(access.entitlements.length).toBeGreaterThan(0);
  });

  test('gives a bundle with CommonJS dependencies the require that they need, and no other bundle', async () => {
    expect(await run('old')).toEqual({ sep: '/' });
    expect(await readFile(join(folder, 'dist/policy.mjs'), 'utf8')).not.toContain('createRequire');
  });

  test('names the role paths that may be assumed, and a role without a path by itself', async () => {
    const [first] = access.entitlements;
    if (!first) throw new Error('the example has no entitlements');
    const roles = ['hatcheck/Admin', 'hatcheck/ReadOnly', 'a/b/C', 'Bare'];
    const entitlements = roles.map((role) => ({ ...first, roleArn: `arn:aws:iam::111122223333:role/${role}` }));
    const outDir = join(folder, 'other');
    await build({ access: { ...access, entitlements }, outDir, functionsDir: join(folder, 'functions') });
    expect(JSON.parse(await readFile(join(outDir, 'target-roles.json'), 'utf8'))).toEqual([
      'arn:aws:iam::111122223333:role/Bare',
      'arn:aws:iam::111122223333:role/a/b/*',
      'arn:aws:iam::111122223333:role/hatcheck/*',
    ]);
  });

  test('names the address that mail may come from, and one that is none where there is no mail', async () => {
    const { mail } = access.chat ?? {};
    expect(JSON.parse(await readFile(join(folder, 'dist/mail-from.json'), 'utf8'))).toBe(mail?.from);
    const outDir = join(folder, 'without-mail');
    await build({ access: { ...access, chat: {} }, outDir, functionsDir: join(folder, 'functions') });
    expect(JSON.parse(await readFile(join(outDir, 'mail-from.json'), 'utf8'))).toBe('nobody');
  });

  test('names the secrets that identity providers know us by, one by one, wherever they stand', () => {
    const facts = (clientSecret: string): unknown => {
      const identityProviders = access.identityProviders.flatMap((each) =>
        each.type === 'oidc' ? [{ ...each, clientSecret }] : [],
      );
      return templateFacts({ ...access, identityProviders })['provider-secrets.json'];
    };
    const arn = (rest: string) => ({ 'Fn::Sub': rest.replace('@', '${AWS::Region}:${AWS::AccountId}') });
    const actions = ['ssm:GetParameter'];
    expect(facts('ssm:/elsewhere/okta')).toEqual({
      actions,
      resources: [arn('arn:${AWS::Partition}:ssm:@:parameter/elsewhere/okta')],
    });
    expect(facts('secretsmanager:corp/okta')).toEqual({
      actions: [...actions, 'secretsmanager:GetSecretValue'],
      resources: [
        arn('arn:${AWS::Partition}:ssm:@:parameter/aws/reference/secretsmanager/corp/okta'),
        arn('arn:${AWS::Partition}:secretsmanager:@:secret:corp/okta-??????'),
      ],
    });
    const none = {
      actions,
      resources: [arn('arn:${AWS::Partition}:ssm:@:parameter/hatcheck/no-provider-has-a-secret')],
    };
    expect(facts('env:OKTA')).toEqual(none);
    expect(templateFacts({ ...access, identityProviders: [] })['provider-secrets.json']).toEqual(none);
  });

  test('writes nothing when a function does not compile', async () => {
    const functionsDir = join(folder, 'broken');
    await mkdir(functionsDir);
    await writeFile(join(functionsDir, 'bad.ts'), "import './nowhere.ts';\nexport const handler = 1;");
    const outDir = join(folder, 'untouched');
    await expect(build({ access, outDir, functionsDir })).rejects.toThrow();
    await expect(readdir(outDir)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('packaging', () => {
  test('stops with every fault of access.yml, and its place', async () => {
    const text = await readFile('access.example.yml', 'utf8');
    await put(
      'access.yml',
      text.replace('maxDuration: 4h', 'maxDuration: 4 hours').replace('approval: auto', 'aproval: auto'),
    );
    const running = promisify(execFile)(process.execPath, ['scripts/build.ts', '--access', join(folder, 'access.yml')]);
    await expect(running).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        /^access\.yml:\d+:3 entitlements\.prod-read\.approval: .*\naccess\.yml:\d+:5 entitlements\.prod-read\.aproval: .*\naccess\.yml:\d+:5 entitlements\.prod-read\.maxDuration: .*\n$/,
      ),
    });
  });

  test('is what `npm run package` begins with', async () => {
    expect(JSON.parse(await readFile('package.json', 'utf8'))).toMatchObject({
      scripts: { build: 'node scripts/build.ts', package: 'npm run build && serverless package' },
    });
  });
});
