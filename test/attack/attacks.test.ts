import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from '@jest/globals';

const numbered = (letter: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${letter}${index + 1}`);

/** The kinds of attack that there are, as docs/attacks.md calls them. */
const KINDS: readonly string[] = [
  ...numbered('A', 7),
  ...numbered('B', 9),
  ...numbered('C', 13),
  ...numbered('D', 6),
  ...numbered('E', 8),
  ...numbered('F', 4),
  ...numbered('XSW', 9),
  ...['CVE-2022-41912', 'Advice / concealed', 'Comment truncation', 'PI truncation', 'CDATA split', 'Decoy Signature'],
  ...['Own-Object', 'CVE-2025-29775', 'CVE-2025-29774', 'Two DigestValues', 'Void canonicalisation'],
  ...['Attribute pollution', 'Namespace confusion', 'CVE-2025-25291', 'CVE-2025-25292', 'CVE-2025-23369'],
  ...['XXE, billion laughs', 'Two roots', 'KeyInfo trust', 'HMAC confusion', 'CVE-2025-47949', 'CVE-2025-54419'],
  ...['CVE-2021-39171', 'Unsigned InResponseTo', 'Genuine, but not for us', 'Encrypted assertion, unsigned'],
  ...['CBC padding oracle', 'Replay / cross-SP', 'Type confusion of messages', 'Parameter games'],
];

const ROW = /^\| ([^|]+) \| [^|]* \| `(test\/[^`]+)`: ([^|]+) \| (?:`(\w+)` )?\|$/gm;
const rows = [...readFileSync('docs/attacks.md', 'utf8').matchAll(ROW)].map(
  ([, kind = '', file = '', title = '', reason]) => ({ kind, file, title, reason }),
);

/** What a file of tests says by name: titles, and the names of rows; and whatever text stands in it. */
const textsOf = (file: string): { readonly names: ReadonlySet<string>; readonly texts: ReadonlySet<string> } => {
  const names = new Set<string>();
  const texts = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) texts.add(node.text);
    const name = nameIn(node);
    if (name && (ts.isStringLiteralLike(name) || ts.isIdentifier(name))) names.add(name.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest));
  return { names, texts };
};

/** The title of `test(…)`, `describe(…)` and `test.each(…)(…)`; the first of a row, or the member that a row is. */
const nameIn = (node: ts.Node): ts.Node | undefined => {
  if (ts.isCallExpression(node) && /^(?:test|describe)\b/.test(rootOf(node.expression))) return node.arguments[0];
  if (ts.isArrayLiteralExpression(node)) return node.elements[0];
  return ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node) ? node.name : undefined;
};

const rootOf = (node: ts.Expression): string => {
  if (ts.isIdentifier(node)) return node.text;
  return ts.isCallExpression(node) || ts.isPropertyAccessExpression(node) ? rootOf(node.expression) : '';
};

const testsBeside = (file: string): readonly string[] =>
  readdirSync(dirname(file))
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => join(dirname(file), name));

describe('docs/attacks.md', () => {
  test('has a row for every kind of attack', () => {
    const there = new Set(rows.map(({ kind }) => kind));
    expect(KINDS.filter((kind) => !there.has(kind))).toStrictEqual([]);
  });

  test('has no row that is written otherwise, and so would not be looked at', () => {
    const written = readFileSync('docs/attacks.md', 'utf8').match(/^\|.*`test\/.*$/gm) ?? [];
    expect(rows).toHaveLength(written.length);
  });

  test.each(rows.map((row) => [row.kind, row.title, row] as const))('%s: %s', (_kind, title, { file, reason }) => {
    expect(textsOf(file).names).toContain(title);
    // Where a file is a table of attacks, the tests beside it say what becomes of them.
    const saying = file.endsWith('.test.ts') ? [file] : [file, ...testsBeside(file)];
    if (reason !== undefined) expect(saying.some((each) => textsOf(each).texts.has(reason))).toBe(true);
  });
});
