import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { type LockedPackage, lockedPackages } from '../../scripts/lock-file.ts';

const versions = z.record(z.string(), z.string());
const manifest = z
  .object({
    dependencies: versions,
    devDependencies: versions,
    optionalDependencies: versions,
    overrides: versions,
  })
  .parse(JSON.parse(readFileSync('package.json', 'utf8')));

const direct = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies };

const page = readFileSync('docs/dependencies.md', 'utf8');
const rows = [...page.matchAll(/^\| `([^`]+)` \| (\S+) \| ([^|]+) \|(?: (?:\[\d+\]\(([^)]+)\) )?\|)$/gm)];
const advisories = [...page.matchAll(/^\| `([^`]+)` \| ([^|]+) \| (\d+\.\d+\.\d+) \|$/gm)];

const [, ...locked] = lockedPackages();
const production = locked.filter(({ dev }) => dev !== true);

const EXACT = /^(?:npm:[a-z@/-]+@)?\d+\.\d+\.\d+$/;

/** Such as may be used in what is neither published nor of a licence that spreads. */
const ALLOWED = ['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'ISC', 'MIT'];

/** Which of them runs a program when it is installed; npm asks before it lets them. */
const INSTALLS = ['@parcel/watcher', '@swc/core', 'classic-level', 'es5-ext', 'esbuild', 'unrs-resolver'];

const installedLicense = z.object({ license: z.string().optional() });

/** What stands in the package as it is installed; of those for other platforms, what the lock file says. */
const licenseOf = ({ path, license }: LockedPackage): string | undefined => {
  const file = join(path, 'package.json');
  return existsSync(file) ? installedLicense.parse(JSON.parse(readFileSync(file, 'utf8'))).license : license;
};

const isAtLeast = (version: string, least: string): boolean => {
  const [left, right] = [version, least].map((text) => text.split('.').map(Number));
  const differs = [0, 1, 2].find((at) => left?.[at] !== right?.[at]);
  return differs === undefined || (left?.[differs] ?? 0) > (right?.[differs] ?? 0);
};

/** `@aws-sdk/client-*` is of all such. */
const names = (record: string, name: string): boolean =>
  record.includes(name) || [...record.matchAll(/`(@[^`]+)\*`/g)].some(([, start = '']) => name.startsWith(start));

describe('the dependencies', () => {
  test('are of one exact version each', () => {
    const loose = Object.entries({ ...direct, ...manifest.overrides }).filter(
      ([, version]) => !EXACT.test(version) && !version.startsWith('$'),
    );
    expect(loose).toStrictEqual([]);
  });

  test('stand on docs/dependencies.md, each with its version and its reason', () => {
    expect(rows.map(([, name = '', version = '']) => [name, version]).toSorted()).toEqual(
      Object.entries(direct).toSorted(),
    );
    expect(rows.filter(([, , , reason = '']) => reason.trim().length < 10)).toStrictEqual([]);
  });

  test('that are deployed have a decision record, and each record names what is said to stand there', () => {
    const recorded = new Map(rows.flatMap(([, name = '', , , file]) => (file === undefined ? [] : [[name, file]])));
    expect(Object.keys(manifest.dependencies).filter((name) => !recorded.has(name))).toStrictEqual([]);
    expect(
      [...recorded].filter(([name, file]) => !names(readFileSync(join('docs', file), 'utf8'), name)),
    ).toStrictEqual([]);
  });

  test('of the AWS SDK are of one version', () => {
    const sdk = Object.entries(manifest.dependencies).filter(([name]) => name.startsWith('@aws-sdk/client-'));
    expect(new Set(sdk.map(([, version]) => version)).size).toBe(1);
  });

  test('of production have licences that are allowed', () => {
    expect(production.filter((one) => !ALLOWED.includes(licenseOf(one) ?? '')).map(({ path }) => path)).toStrictEqual(
      [],
    );
    expect(production.length).toBeGreaterThan(50);
  });

  test('are not known to have what is mended since', () => {
    const old = advisories.flatMap(([, name = '', , least = '']) =>
      production.filter((one) => one.name === name && !isAtLeast(one.version, least)).map(({ path }) => path),
    );
    expect(old).toStrictEqual([]);
    expect(advisories.map(([, name]) => name)).toContain('xml-crypto');
    expect(locked.map(({ name }) => name)).not.toContain('fast-xml-parser');
  });
});

describe('the lock file', () => {
  test('has a hash of every package', () => {
    expect(locked.filter(({ integrity }) => integrity?.startsWith('sha512-') !== true).map(({ path }) => path)).toEqual(
      [],
    );
  });

  test('names no place but the npm registry', () => {
    const elsewhere = locked.filter(
      ({ resolved }) => resolved !== undefined && !resolved.startsWith('https://registry.npmjs.org/'),
    );
    expect(elsewhere.map(({ path }) => path)).toStrictEqual([]);
  });

  test('has what is asked for', () => {
    const [own] = lockedPackages();
    const wanted = { ...own.dependencies, ...own.optionalDependencies };
    expect(wanted).toEqual({ ...manifest.dependencies, ...manifest.optionalDependencies });
  });

  test('has no more programs that run when they are installed', () => {
    expect(locked.filter(({ hasInstallScript }) => hasInstallScript).map(({ name }) => name)).toEqual(INSTALLS);
    expect(production.filter(({ hasInstallScript }) => hasInstallScript)).toStrictEqual([]);
  });
});

test.each([
  ['6.3.2', '6.3.2', true],
  ['6.10.0', '6.3.2', true],
  ['11.2.0', '10.28.2', true],
  ['0.8.9', '0.8.15', false],
  ['6.2.9', '6.3.2', false],
])('%s is at least %s: %s', (version, least, is) => {
  expect(isAtLeast(version, least)).toBe(is);
});
