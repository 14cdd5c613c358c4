import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const pages = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

const read = (page: string): string => readFileSync(join(ROOT, page), 'utf8');

/** As GitHub makes them: lower case, punctuation gone, spaces to hyphens. */
const anchorsIn = (page: string): string[] =>
  [...read(page).matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

const scripts = z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(read('package.json'))).scripts;

describe.each(pages)('%s', (page) => {
  test('links only to what exists', () => {
    const targets = [...read(page).matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, target = '']) => target);
    const broken = targets.filter((target) => {
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? page : join(dirname(page), path);
      return !existsSync(join(ROOT, file)) || (anchor !== undefined && !anchorsIn(file).includes(anchor));
    });
    expect(broken).toEqual([]);
  });

  test('names only npm scripts that exist', () => {
    const named = [...read(page).matchAll(/npm (?:run ([\w:-]+)|(start|test)\b)/g)].map(
      ([, run, short]) => run ?? short ?? '',
    );
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});

test('the README stays under 150 lines', () => {
  expect(read('README.md').split('\n').length).toBeLessThanOrEqual(150);
});

describe('docs/regressions.md', () => {
  const rows = [...read('docs/regressions.md').matchAll(/^\| (\d+) \| [^|]+ \| `(test\/[^`]+)`: (.+) \|$/gm)];

  test('names tests that are there', () => {
    const missing = rows.filter(([, , file = '', title = '']) => !read(file).includes(title)).map(([row]) => row);
    expect(missing).toEqual([]);
  });

  test('has a test for each number, which says the number itself', () => {
    const numbers = Array.from({ length: 20 }, (_, index) => index + 1);
    const carried = rows.flatMap(([, number, , title = '']) =>
      title.startsWith(`regression ${String(number)}: `) ? [Number(number)] : [],
    );
    expect([...new Set(carried)].sort((a, b) => a - b)).toEqual(numbers);
  });
});
