import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const page = readFileSync(join(ROOT, 'SECURITY.md'), 'utf8');

/** How many threats are numbered. */
const NUMBERED = 34;

/** Files and folders between backticks. */
const pathsIn = (text: string): readonly string[] =>
  [...text.matchAll(/`((?:cli|docs|functions|lib|local|portal|scripts|serverless|test)\/[\w./-]*)`/g)].map(
    ([, path = '']) => path,
  );

const missingIn = (text: string): readonly string[] => pathsIn(text).filter((path) => !existsSync(join(ROOT, path)));

const rows = [...page.matchAll(/^\| *(\d*)[ A-Z,]*\| [^|]+ \| [^|]+ \| ([^|]*) \|$/gm)].map(
  ([, number = '', tests = '']) => ({ number, tests: pathsIn(tests) }),
);

describe('SECURITY.md', () => {
  test('names only files that are there', () => {
    expect(missingIn(page)).toStrictEqual([]);
    expect(missingIn('`test/nothing.test.ts`')).toHaveLength(1);
  });

  test('has every numbered threat, in order, once', () => {
    const numbers = rows.filter(({ number }) => number !== '').map(({ number }) => Number(number));
    expect(numbers).toEqual(Array.from({ length: NUMBERED }, (_, index) => index + 1));
  });

  test('has a test for each threat', () => {
    const lines = page.slice(page.indexOf('| number | threat |')).split('\n').slice(2);
    expect(rows).toHaveLength(lines.filter((line) => line.startsWith('|')).length);
    expect(rows.filter(({ tests }) => !tests.some((path) => path.startsWith('test/')))).toStrictEqual([]);
  });

  test('names no test by less than its whole path', () => {
    expect([...page.matchAll(/`[\w-]+\.test\.ts`/g)].map(([name]) => name)).toStrictEqual([]);
  });
});
