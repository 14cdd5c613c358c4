import { globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path/posix';
import { beforeAll, describe, expect, test } from '@jest/globals';
import ts from 'typescript';
import { EVENT_MEANINGS, type EventMeaning } from '../../scripts/event-meanings.ts';
import { type BundleContents, builtBundles } from './bundles.ts';
import { type Row, rowsOf } from './rows.ts';
import { packaged, resolved } from './template.ts';

const MEANINGS: readonly (readonly [string, EventMeaning])[] = Object.entries(EVENT_MEANINGS);

let bundles: readonly BundleContents[];
let rows: readonly Row[];

beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hatcheck-writers-'));
  bundles = await builtBundles(folder);
  await rm(folder, { recursive: true });
  rows = rowsOf(resolved((await packaged()).template));
});

/** Whether the role of the function lets it put into such a stream. */
const mayWrite = (functionId: string, stream: string): boolean =>
  rows.some(
    (row) =>
      row.functionId === functionId &&
      row.effect === 'Allow' &&
      row.action === 'dynamodb:PutItem' &&
      row.resource === 'ledger' &&
      (row.keys ?? []).some((key) => key.replace(/\*$/, '') === stream.replace(/<.*$/, '')),
  );

/** Functions that hold that code when they are deployed. */
const holding = (files: readonly string[]): readonly string[] =>
  bundles.filter((bundle) => files.some((file) => bundle.files.includes(file))).map(({ name }) => name);

describe.each(MEANINGS)('%s', (_type, { saidBy, streams, writers }) => {
  test('is written by those who hold the code that says it, and whose role lets them', () => {
    const able = holding(saidBy).filter((name) => streams.every((stream) => mayWrite(name, stream)));
    expect(able.toSorted()).toEqual([...writers].toSorted());
  });
});

interface Source {
  readonly imports: readonly string[];
  /** Types of events that it makes: `type: '…'` of an object; a template stands for all types that it can become. */
  readonly makes: ReadonlySet<string>;
}

const TYPES = MEANINGS.map(([type]) => type);

const read = (file: string): Source => {
  const imports: string[] = [];
  const makes = new Set<string>();
  const madeOf = (node: ts.Node): void => {
    // What is read is looked at by a schema, `z.literal(…)`: a call makes no type.
    if (ts.isCallExpression(node)) return;
    if (ts.isStringLiteral(node) && TYPES.includes(node.text)) makes.add(node.text);
    if (ts.isTemplateExpression(node) && /^[a-z]+\.$/.test(node.head.text))
      TYPES.filter((type) => type.startsWith(node.head.text)).forEach((type) => makes.add(type));
    ts.forEachChild(node, madeOf);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && node.importClause?.phaseModifier !== ts.SyntaxKind.TypeKeyword)
      imports.push(...(ts.isStringLiteral(node.moduleSpecifier) ? [node.moduleSpecifier.text] : []));
    if (ts.isPropertyAssignment(node) && ts.isIdentifier(node.name) && node.name.text === 'type')
      madeOf(node.initializer);
    else ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest));
  const ours = imports.filter((each) => each.startsWith('.')).map((each) => normalize(join(dirname(file), each)));
  return { imports: ours, makes };
};

const sources = new Map(globSync('{lib,functions}/**/*.ts').map((file) => [file, read(file)]));

/** A file and all that it imports, and what those import. */
const reachedFrom = (file: string, reached = new Set<string>()): ReadonlySet<string> => {
  if (!reached.has(file)) {
    reached.add(file);
    for (const each of sources.get(file)?.imports ?? []) reachedFrom(each, reached);
  }
  return reached;
};

const makersOf = (type: string): readonly string[] =>
  [...sources].flatMap(([file, { makes }]) => (makes.has(type) ? [file] : []));

describe.each(MEANINGS)('in the sources, %s', (type, { saidBy }) => {
  test('is made nowhere but where its row says, or in what that imports', () => {
    const known = new Set(saidBy.flatMap((file) => [...reachedFrom(file)]));
    // The one template is of outcomes of STS: of the other types it makes none.
    const strangers = makersOf(type).filter((file) => !known.has(file) && file !== 'lib/broker/issue.ts');
    expect(strangers).toStrictEqual([]);
  });

  test('is made by each of those that its row names', () => {
    const makers = makersOf(type);
    expect(makers).not.toStrictEqual([]);
    for (const file of saidBy)
      expect([file, makers.some((maker) => reachedFrom(file).has(maker))]).toEqual([file, true]);
  });
});
