import { globSync } from 'node:fs';

/**
 * What operators read is nobody's contract: tests assert codes, not prose (docs/errors.md). Without this a third of the mutants would be
 * other wordings. Which argument of a call is prose:
 */
const PROSE_AT = {
  ...{ Error: 0, TypeError: 0, BrokenLogError: 0, ProviderUnavailable: 0, ExchangeRefused: 1 },
  ...{ refuse: 1, certain: 1, badInput: 2, notSignedIn: 0, away: 0 },
};

/** Which of two wordings it is, is prose as well. */
const withoutChoice = (path) =>
  path?.parentPath?.isConditionalExpression() && path.key !== 'test' ? withoutChoice(path.parentPath) : path;

const isProse = (path) => {
  if (!['StringLiteral', 'TemplateLiteral'].includes(path.node.type)) return false;
  const { node, parent } = withoutChoice(path);
  if (!parent) return false;
  if (parent.type === 'ObjectProperty') return parent.value === node && ['detail', 'reason'].includes(parent.key.name);
  const callee = parent.callee?.name;
  return ['CallExpression', 'NewExpression'].includes(parent.type) && parent.arguments[PROSE_AT[callee]] === node;
};

export const strykerPlugins = [
  {
    kind: 'Ignore',
    name: 'prose',
    value: { shouldIgnore: (path) => (isProse(path) ? 'prose for the operator' : undefined) },
  },
];

/** Which tests speak for which folder: `npm run mutation -- --mutate 'lib/identity/**'` runs the third row's. */
const TESTS_OF = {
  'lib/domain': ['test/unit/domain/**/*', 'test/attack/{boundary-guards,scope}'],
  'lib/broker': [
    ...[
      'test/unit/broker/**/*',
      'test/attack/{log,revocation}',
      'test/attack/lifecycle/{long-life,regressions,revoke-after-end}',
    ],
    'test/faults/{checkpoint,log}-every-await',
  ],
  'lib/identity': [
    ...['test/unit/identity/**/*', 'test/attack/id-token/**/*', 'test/attack/saml/**/*', 'test/attack/aws-callers'],
    'test/functions/{authorize,choose-provider,device*,identities,refreshed-groups,relying-party,saml*,sessions,sign*,token,workload}',
  ],
};

const DEFAULT = ['lib/domain', 'lib/broker'];

/** They run for seconds, for what others say in milliseconds. */
const TOO_SLOW = /(?:hostile-provider|second-opinion|mutations|corpora|wycheproof|padding)\.test\.ts$/;

const asked = Object.keys(TESTS_OF).filter((folder) => process.argv.some((word) => word.includes(folder)));
const folders = asked.length > 0 ? asked : DEFAULT;
const testFiles = folders
  .flatMap((folder) => TESTS_OF[folder])
  .flatMap((place) => globSync(`${place}.test.ts`))
  .filter((file) => !TOO_SLOW.test(file));

/** Mutation tests of what decides: would a test notice if a line of it did something else? */
export default {
  // Thousands of mutants, each with a jest of its own, would take days: test/mutation/ runs the same files within one process.
  testRunner: 'in-process',
  plugins: ['./stryker.config.mjs', './test/mutation/runner.ts'],
  inProcess: testFiles,
  // What a process has imported it keeps; every now and then it begins anew.
  maxTestRunnerReuse: 200,
  // A mutant is not found because the machine had other work.
  ...{ timeoutMS: 20_000, timeoutFactor: 4 },
  warnings: { unknownOptions: false, slow: false },
  ignorers: ['prose'],
  mutate: folders.map((folder) => `${folder}/**/*.ts`),
  coverageAnalysis: 'perTest',
  dryRunTimeoutMinutes: 30,
  incremental: true,
  incrementalFile: 'reports/mutation/incremental.json',
  htmlReporter: { fileName: 'reports/mutation/index.html' },
  jsonReporter: { fileName: 'reports/mutation/mutation.json' },
  reporters: ['progress-append-only', 'clear-text', 'html', 'json'],
  clearTextReporter: { logTests: false, allowColor: false },
  thresholds: { high: 95, low: 90, break: 90 },
  concurrency: 2,
  ignorePatterns: ['dist', '.local', '.serverless', 'coverage', 'reports', 'portal', 'docs'],
};
