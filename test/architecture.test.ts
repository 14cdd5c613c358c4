import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from '@jest/globals';
import ts from 'typescript';

/** What stands where: `path` from the repository's root, with forward slashes. */
interface Source {
  readonly path: string;
  readonly text: string;
}

type Manner = 'value' | 'type' | 'lazy';

interface Import {
  readonly target: string;
  readonly manner: Manner;
}

const ROOT = path.resolve(import.meta.dirname, '..');

const sources: readonly Source[] = globSync('{functions,lib,cli,local,portal,scripts,test}/**/*.{ts,tsx,mjs}', {
  cwd: ROOT,
})
  .filter((file) => !file.includes('node_modules'))
  .map((file) => ({ path: file, text: readFileSync(path.join(ROOT, file), 'utf8') }));

const nothingBut = (clause: ts.ImportClause | undefined): boolean => {
  if (!clause || clause.name) return false;
  const { namedBindings } = clause;
  return (
    namedBindings !== undefined &&
    ts.isNamedImports(namedBindings) &&
    namedBindings.elements.every((each) => each.isTypeOnly)
  );
};

/** A static import is of values unless it says `type`; `import()` is lazy; a package stays as it is named. */
const importsOf = ({ path: file, text }: Source): readonly Import[] => {
  const found: Import[] = [];
  const add = (specifier: ts.Node | undefined, manner: Manner): void => {
    if (!specifier || !ts.isStringLiteral(specifier)) return;
    const target = specifier.text.startsWith('.')
      ? path.posix.normalize(path.posix.join(path.posix.dirname(file), specifier.text))
      : specifier.text;
    found.push({ target, manner });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      const typeOnly = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword || nothingBut(node.importClause);
      add(node.moduleSpecifier, typeOnly ? 'type' : 'value');
    } else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly ? 'type' : 'value');
    else if (ts.isImportTypeNode(node))
      add(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, 'type');
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], 'lazy');
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest));
  return found;
};

interface Arrows {
  /** What may be imported in any manner; `''` is everything in the repository. */
  readonly to: readonly string[];
  readonly types?: readonly string[];
  readonly lazily?: readonly string[];
}

const BELOW = ['lib/domain/', 'lib/logger.ts', 'lib/metrics.ts'];
/** What verifying a token needs, whoever signed it. */
const TOKENS = ['algorithms', 'assertion-refused', 'cached-document', 'jwk', 'jwt-shape', 'keys', 'strict-json'];

const PORTS = ['lib/broker/ports.ts', 'lib/identity/ports.ts', 'lib/identity/oauth/ports.ts'];

/** design.md, section 3. The first entry that a path begins with is the one that holds. */
const ARROWS: Readonly<Record<string, Arrows>> = {
  'lib/domain/': { to: ['lib/domain/'] },
  'lib/broker/': { to: ['lib/broker/', ...BELOW] },
  // Sign-ins are recorded in the ledger.
  'lib/identity/': {
    to: ['lib/identity/', 'lib/broker/ports.ts', 'lib/broker/chain.ts', 'lib/outbound/bounded-fetch.ts', ...BELOW],
  },
  // Services outside AWS that are asked over HTTPS.
  'lib/outbound/': { to: ['lib/outbound/', 'lib/identity/strict-json.ts', ...PORTS, ...BELOW] },
  'lib/aws/': {
    to: [
      'lib/aws/',
      ...PORTS,
      ...['chain', 'text', 'secret', 'summary', 'search/found', 'log/checkpoint'].map(
        (name) => `lib/broker/${name}.ts`,
      ),
      ...BELOW,
    ],
    types: ['lib/broker/', 'lib/chatops/'],
  },
  'lib/http/': { to: ['lib/http/', ...BELOW], types: PORTS },
  // What is said in the portal to link an account is such a code as machines without a browser show; and a token is read and its key
  // found as an identity provider's is.
  'lib/chatops/': {
    to: [
      ...['lib/chatops/', 'lib/identity/oauth/user-code.ts'],
      ...TOKENS.map((name) => `lib/identity/${name}.ts`),
      ...BELOW,
    ],
    types: [...PORTS, 'lib/identity/provider-fetch.ts', 'lib/broker/'],
  },
  'lib/config/': {
    to: [
      'lib/config/',
      ...['ports.ts', 'saml/certificate-key.ts'].map((file) => `lib/identity/${file}`),
      ...['lib/outbound/ports.ts', 'lib/chatops/settings.ts', ...BELOW],
    ],
  },
  'lib/logger.ts': { to: [] },
  // The codes and types that it counts by.
  'lib/metrics.ts': { to: [], types: ['lib/domain/', 'lib/http/oauth-error.ts'] },
  'functions/': { to: ['functions/', 'lib/'] },
  // What an offline command needs is loaded by that command alone.
  'cli/': {
    to: ['cli/', 'lib/config/web-address.ts', 'lib/config/stage-name.ts'],
    types: ['lib/domain/', 'lib/config/', 'lib/broker/'],
    lazily: ['lib/domain/', 'lib/config/', 'lib/broker/'],
  },
  'portal/': { to: ['portal/'], types: ['lib/'] },
  'local/': { to: ['local/', 'lib/', 'functions/', 'scripts/', 'package.json'] },
  'scripts/': { to: ['scripts/', 'lib/', 'functions/', 'cli/', 'package.json'] },
  'test/': { to: [''] },
};

const isPackage = (target: string): boolean =>
  !/^(functions|lib|cli|local|portal|scripts|test|\.\.|package\.json)/.test(target);

const arrowsAgainst = (source: Source): readonly string[] => {
  const [, arrows] = Object.entries(ARROWS).find(([prefix]) => source.path.startsWith(prefix)) ?? [];
  if (!arrows) return [`${source.path} stands where no arrow begins`];
  const allowed = ({ target, manner }: Import): boolean =>
    [
      ...arrows.to,
      ...(manner === 'type' ? (arrows.types ?? []) : []),
      ...(manner === 'lazy' ? (arrows.lazily ?? []) : []),
    ].some((prefix) => target.startsWith(prefix));
  return importsOf(source)
    .filter((each) => !isPackage(each.target) && !allowed(each))
    .map(({ target }) => `${source.path} imports ${target}`);
};

const ships = ({ path: file }: Source): boolean => /^(lib|functions|cli|portal)\//.test(file);

/** Each rule: what it finds wrong with one file. */
const RULES = {
  'imports point one way': arrowsAgainst,

  'the domain imports no package and nothing of node': (source) =>
    source.path.startsWith('lib/domain/')
      ? importsOf(source).flatMap(({ target }) => (isPackage(target) ? [`${source.path} imports ${target}`] : []))
      : [],

  'of what ships only lib/aws imports an AWS SDK': (source) =>
    ships(source) && !source.path.startsWith('lib/aws/')
      ? importsOf(source).flatMap(({ target }) =>
          /^@(aws-sdk|smithy)\//.test(target) ? [`${source.path} imports ${target}`] : [],
        )
      : [],

  'the environment is read in one file': (source) =>
    /^(lib|functions)\//.test(source.path) &&
    source.path !== 'lib/config/bundled.ts' &&
    /\bprocess\s*(\.|\[\s*['"])\s*env\b|import\s*\{[^}]*\benv\b[^}]*\}\s*from 'node:process'/.test(source.text)
      ? [`${source.path} reads the environment`]
      : [],

  'the ledger’s table is known to its own adapter alone': (source) =>
    ships(source) && source.path !== 'lib/config/environment.ts'
      ? (
          source.text
            .replaceAll(/dynamoLedger\(\{[^{}]*\btables\.ledger\b[^{}]*\}\)/g, '')
            .match(/\btables\.ledger\b|LEDGER_TABLE/g) ?? []
        ).map((name) => `${source.path} names ${name}`)
      : [],

  'that adapter puts where nothing is, in one place, and writes in no other way': (source) => {
    if (source.path !== 'lib/aws/ledger.ts') return [];
    const puts = source.text.match(/new PutItemCommand\(\{[^()]*?\}\)/gs) ?? [];
    const others =
      source.text.match(
        /\b(Update|Delete|BatchWrite|Transact\w*|Execute\w*|BatchExecute)(Item|Items|Statement|Transaction|Write)?Command\b/g,
      ) ?? [];
    const conditional = puts.filter((put) => put.includes('ConditionExpression: PLACE_IS_FREE'));
    const free = source.text.includes("const PLACE_IS_FREE = 'attribute_not_exists(#stream)';");
    return puts.length === 1 && conditional.length === 1 && free && others.length === 0
      ? []
      : [`${source.path} writes otherwise`];
  },

  'no file or folder has a name that says nothing': ({ path: file }) =>
    /(^|\/)(utils?|helpers?|common|shared|misc)(\/|\.|$)/i.test(file) ? [`${file} says nothing`] : [],

  'a function is wiring: sixty lines or so, never more than a hundred': ({ path: file, text }) =>
    /^functions\/[^/]+\.ts$/.test(file) && text.trimEnd().split('\n').length > 100 ? [`${file} is too long`] : [],
} satisfies Readonly<Record<string, (source: Source) => readonly string[]>>;

type RuleName = keyof typeof RULES;

describe.each(Object.keys(RULES) as RuleName[])('%s', (rule) => {
  test('in every file', () => {
    expect(sources.flatMap(RULES[rule])).toStrictEqual([]);
  });
});

test('every file is looked at, and every import of it resolves', () => {
  for (const file of ['lib/domain/decide.ts', 'lib/broker/issue.ts', 'lib/aws/ledger.ts', 'functions/credentials.ts'])
    expect(sources.map((source) => source.path)).toContain(file);
  const missing = sources
    .filter(ships)
    .flatMap(importsOf)
    .filter(({ target }) => !isPackage(target) && !existsSync(path.join(ROOT, target)));
  expect(missing).toStrictEqual([]);
});

describe('a rule that cannot fail is no rule: made-up offenders are found', () => {
  const put = 'new PutItemCommand({ TableName: t, ConditionExpression: PLACE_IS_FREE })';
  const free = "const PLACE_IS_FREE = 'attribute_not_exists(#stream)';";
  test.each<readonly [RuleName, string, string]>([
    ['imports point one way', 'lib/domain/x.ts', "import { y } from '../broker/ports.ts';"],
    ['imports point one way', 'lib/domain/x.ts', "import type { Y } from '../broker/ports.ts';"],
    ['imports point one way', 'lib/broker/x.ts', "import { y } from '../aws/ledger.ts';"],
    ['imports point one way', 'lib/broker/x.ts', "export { y } from '../http/api.ts';"],
    ['imports point one way', 'lib/broker/x.ts', "type Y = import('../identity/ports.ts').Session;"],
    ['imports point one way', 'lib/identity/x.ts', "import { y } from '../broker/issue.ts';"],
    ['imports point one way', 'lib/aws/x.ts', "import { issueCredentials } from '../broker/issue.ts';"],
    ['imports point one way', 'lib/aws/x.ts', "import { y } from '../identity/sign-in.ts';"],
    ['imports point one way', 'lib/http/x.ts', "import { y } from '../broker/ports.ts';"],
    ['imports point one way', 'lib/http/x.ts', "import '../aws/ledger.ts';"],
    ['imports point one way', 'lib/config/x.ts', "import { type A, y } from '../broker/ports.ts';"],
    ['imports point one way', 'lib/outbound/x.ts', "import { y } from '../broker/issue.ts';"],
    ['imports point one way', 'lib/outbound/x.ts', "import { y } from '../aws/ledger.ts';"],
    ['imports point one way', 'lib/broker/x.ts', "import { y } from '../outbound/bounded-fetch.ts';"],
    ['imports point one way', 'lib/logger.ts', "import { y } from './domain/time.ts';"],
    ['imports point one way', 'lib/chatops/x.ts', "const y = await import('../../local/start.ts');"],
    ['imports point one way', 'functions/x.ts', "import { y } from '../local/start.ts';"],
    ['imports point one way', 'functions/x.ts', "import { y } from '../test/support/config.ts';"],
    ['imports point one way', 'cli/x.ts', "import { y } from '../lib/domain/time.ts';"],
    ['imports point one way', 'cli/x.ts', "const y = await import('../lib/aws/ledger.ts');"],
    ['imports point one way', 'portal/src/x.tsx', "import { y } from '../../lib/domain/time.ts';"],
    ['imports point one way', 'local/x.ts', "import { y } from '../test/support/config.ts';"],
    ['imports point one way', 'lib/newcomer/x.ts', ''],
    ['the domain imports no package and nothing of node', 'lib/domain/x.ts', "import { y } from 'node:crypto';"],
    ['the domain imports no package and nothing of node', 'lib/domain/x.ts', "import type { Y } from 'zod';"],
    ['of what ships only lib/aws imports an AWS SDK', 'lib/broker/x.ts', "import { STS } from '@aws-sdk/client-sts';"],
    ['of what ships only lib/aws imports an AWS SDK', 'functions/x.ts', "await import('@aws-sdk/client-kms');"],
    ['of what ships only lib/aws imports an AWS SDK', 'cli/x.ts', "import type { Y } from '@smithy/types';"],
    ['the environment is read in one file', 'lib/http/x.ts', 'const { STAGE } = process.env;'],
    ['the environment is read in one file', 'functions/x.ts', "process['env']['STAGE'];"],
    ['the environment is read in one file', 'lib/x.ts', "import { argv, env } from 'node:process';"],
    [
      'the ledger’s table is known to its own adapter alone',
      'functions/x.ts',
      'dynamoTexts({ client, table: tables.ledger })',
    ],
    ['the ledger’s table is known to its own adapter alone', 'lib/aws/x.ts', "const table = env['LEDGER_TABLE'];"],
    [
      'that adapter puts where nothing is, in one place, and writes in no other way',
      'lib/aws/ledger.ts',
      `new PutItemCommand({ TableName: t }); ${free}`,
    ],
    ['that adapter puts where nothing is, in one place, and writes in no other way', 'lib/aws/ledger.ts', put],
    [
      'that adapter puts where nothing is, in one place, and writes in no other way',
      'lib/aws/ledger.ts',
      `${put}; ${put}; ${free}`,
    ],
    [
      'that adapter puts where nothing is, in one place, and writes in no other way',
      'lib/aws/ledger.ts',
      `${put}; new UpdateItemCommand({}); ${free}`,
    ],
    [
      'that adapter puts where nothing is, in one place, and writes in no other way',
      'lib/aws/ledger.ts',
      `${put}; new TransactWriteItemsCommand({}); ${free}`,
    ],
    ['no file or folder has a name that says nothing', 'lib/utils/x.ts', ''],
    ['no file or folder has a name that says nothing', 'test/support/helper.ts', ''],
    ['no file or folder has a name that says nothing', 'cli/Shared.ts', ''],
    ['a function is wiring: sixty lines or so, never more than a hundred', 'functions/x.ts', 'x;\n'.repeat(101)],
  ])('%s: %s %j', (rule, file, text) => {
    expect(RULES[rule]({ path: file, text })).not.toStrictEqual([]);
  });

  test.each<readonly [RuleName, string, string]>([
    ['imports point one way', 'lib/domain/x.ts', "import { y } from './time.ts'; // import '../aws/ledger.ts'"],
    ['imports point one way', 'lib/http/x.ts', "import type { Secret } from '../broker/ports.ts';"],
    ['imports point one way', 'lib/aws/x.ts', "import { type Y, type Z } from '../broker/watch-ledger.ts';"],
    ['imports point one way', 'cli/x.ts', "const { y } = await import('../lib/domain/time.ts');"],
    [
      'imports point one way',
      'portal/src/x.tsx',
      "import type { RequestView } from '../../lib/broker/request-view.ts';",
    ],
    ['the domain imports no package and nothing of node', 'lib/broker/x.ts', "import { y } from 'node:crypto';"],
    ['of what ships only lib/aws imports an AWS SDK', 'lib/aws/x.ts', "import { STS } from '@aws-sdk/client-sts';"],
    ['the environment is read in one file', 'lib/config/bundled.ts', 'process.env'],
    ['the environment is read in one file', 'lib/x.ts', 'environment.process'],
    [
      'the ledger’s table is known to its own adapter alone',
      'functions/x.ts',
      'dynamoLedger({ client, table: tables.ledger })',
    ],
    [
      'that adapter puts where nothing is, in one place, and writes in no other way',
      'lib/aws/ledger.ts',
      `${put}; ${free}`,
    ],
    ['no file or folder has a name that says nothing', 'lib/commonplace/x.ts', ''],
    ['a function is wiring: sixty lines or so, never more than a hundred', 'functions/x.ts', 'x;\n'.repeat(100)],
  ])('and what is right is left alone: %s: %s %j', (rule, file, text) => {
    expect(RULES[rule]({ path: file, text })).toStrictEqual([]);
  });
});
