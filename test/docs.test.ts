import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, isAbsolute, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { anchorsIn, linksIn } from './support/markdown.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

const pages = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

const read = (page: string): string => readFileSync(join(ROOT, page), 'utf8');

const scripts = z.object({ scripts: z.record(z.string(), z.string()) }).parse(JSON.parse(read('package.json'))).scripts;

/** What is not in the repository is nowhere, be it on this machine or not. */
const isBroken = (page: string, target: string): boolean => {
  if (/^(?:https:|mailto:|http:\/\/(?:127\.0\.0\.1|localhost)\b)/.test(target)) return false;
  const [path = '', anchor] = decodeURI(target).split('#');
  const file = path === '' ? page : normalize(join(dirname(page), path));
  if (isAbsolute(path) || file.startsWith('..') || !existsSync(join(ROOT, file))) return true;
  return anchor !== undefined && !(file.endsWith('.md') && anchorsIn(read(file)).includes(anchor));
};

describe.each(pages)('%s', (page) => {
  test('links only to what exists here', () => {
    expect(linksIn(read(page)).filter((target) => isBroken(page, target))).toStrictEqual([]);
  });

  test('names only files that exist', () => {
    const named = [
      ...read(page).matchAll(/`((?:cli|docs|functions|lib|local|portal|scripts|serverless|test)\/[\w./-]+)`/g),
    ];
    expect(named.map(([, file = '']) => file).filter((file) => !existsSync(join(ROOT, file)))).toStrictEqual([]);
  });

  test('names only npm scripts that exist', () => {
    const named = [...read(page).matchAll(/npm (?:run ([\w:-]+)|(start|test)\b)/g)].map(
      ([, run, short]) => run ?? short ?? '',
    );
    expect(named.filter((name) => !(name in scripts))).toStrictEqual([]);
  });
});

describe('a link', () => {
  test('is found in every form, and not where it is code', () => {
    const page = [
      '# A `title`, and [more](x.md)',
      '[one](a.md) ![two](b.png "with a title") [three](<c d.md>) [four][ref] <a href="e.md">five</a>',
      '[ref]: d.md',
      '`[no](no.md)`',
      '```sh',
      '# no heading',
      '[no](no.md)',
      '```',
      '## Twice',
      '## Twice',
    ].join('\n');
    expect(linksIn(page).toSorted()).toEqual(['a.md', 'b.png', 'c d.md', 'd.md', 'e.md', 'x.md']);
    expect(anchorsIn(page)).toEqual(['a-title-and-more', 'twice', 'twice-1']);
  });

  test.each([
    'nowhere.md',
    '../elsewhere.md',
    '/README.md',
    '#no-such-heading',
    'package.json#L1',
    'http://example.com',
  ])('%s is broken', (target) => {
    expect(isBroken('README.md', target)).toBe(true);
  });

  test.each(['SECURITY.md', '#deploy', 'docs/operations.md#unproven', 'https://example.com', 'http://127.0.0.1:3000'])(
    '%s is not',
    (target) => {
      expect(isBroken('README.md', target)).toBe(false);
    },
  );
});

test('the README stays under 150 lines', () => {
  expect(read('README.md').split('\n').length).toBeLessThanOrEqual(150);
});

describe('docs/regressions.md', () => {
  const rows = [...read('docs/regressions.md').matchAll(/^\| (\d+) \| [^|]+ \| `(test\/[^`]+)`: (.+) \|$/gm)];

  test('names tests that are there', () => {
    const missing = rows.filter(([, , file = '', title = '']) => !read(file).includes(title)).map(([row]) => row);
    expect(missing).toStrictEqual([]);
  });

  test('has a test for each number, which says the number itself', () => {
    const numbers = Array.from({ length: 20 }, (_, index) => index + 1);
    const carried = rows.flatMap(([, number, , title = '']) =>
      title.startsWith(`regression ${String(number)}: `) ? [Number(number)] : [],
    );
    expect([...new Set(carried)].sort((a, b) => a - b)).toEqual(numbers);
  });
});
