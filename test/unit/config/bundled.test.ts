import { readFileSync, readdirSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import { buildSync } from 'esbuild';
import { onLambda } from '../../../lib/config/bundled.ts';
import { testAccess, testEnvironment } from '../../support/config.ts';

describe('a handler that was not bundled', () => {
  test('is imported without a configuration, and throws when it is called', () => {
    const handler = onLambda((config) => (event: string) => `${config.stage} ${event}`);
    expect(() => handler('event')).toThrow(TypeError);
  });
});

describe('a handler in its bundle', () => {
  const source = `
    import { onLambda } from './lib/config/bundled.ts';
    export const handler = onLambda((config) => () => [config.stage, ...config.policy.entitlements.keys()].join(' '));
    console.log(handler());`;
  const { outputFiles } = buildSync({
    stdin: { contents: source, resolveDir: '.' },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
    define: { __ACCESS_POLICY__: JSON.stringify(testAccess) },
  });
  const run = (env: Readonly<Record<string, string>>): string =>
    execFileSync(process.execPath, ['--input-type=module'], {
      input: outputFiles[0]?.text,
      env,
      encoding: 'utf8',
      stdio: 'pipe',
    });

  test('has the policy that was packaged with it and the environment of its start', () => {
    expect(run(testEnvironment)).toBe('test prod-read prod-admin payments-admin\n');
  });

  test('does not even load where the environment has faults', () => {
    expect(() => run({ ...testEnvironment, AWS_REGION: '' })).toThrow('AWS_REGION');
  });
});

test('nothing else in lib and functions reads the environment', () => {
  const readers = ['lib', 'functions'].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `${folder}/${name}`)
      .filter((file) =>
        /process\s*(?:\.|\?\.|\[)\s*['"]?env\b|\benv\b[^'"]*\}?\s*from 'node:process'/.test(readFileSync(file, 'utf8')),
      ),
  );
  expect(readers).toEqual(['lib/config/bundled.ts']);
});

test('what a bundle holds at run time brings neither YAML nor a schema library', () => {
  const imports = (file: string, seen = new Set<string>()): ReadonlySet<string> => {
    if (seen.has(file)) return seen;
    seen.add(file);
    for (const [, from = ''] of readFileSync(file, 'utf8').matchAll(/^import (?!type ).*? from '([^']+)';$/gms))
      if (from.startsWith('.')) imports(new URL(from, `file:///${file}`).pathname.slice(1), seen);
      else seen.add(from);
    return seen;
  };
  expect([...imports('lib/config/bundled.ts')].filter((name) => !name.startsWith('lib/'))).toStrictEqual([]);
});
