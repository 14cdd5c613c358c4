/**
 * What operators read is nobody's contract: tests assert codes, not prose (docs/errors.md). Without this a third of the mutants would be
 * other wordings.
 */
const isProse = ({ node, parent }) => {
  if (!['StringLiteral', 'TemplateLiteral'].includes(node.type) || !parent) return false;
  if (parent.type === 'ObjectProperty') return parent.value === node && ['detail', 'reason'].includes(parent.key.name);
  const callee = parent.callee?.name;
  if (parent.type === 'NewExpression') return ['Error', 'TypeError'].includes(callee);
  const position = { refuse: 1, certain: 1, badInput: 2 }[callee];
  return parent.type === 'CallExpression' && parent.arguments[position] === node;
};

export const strykerPlugins = [
  {
    kind: 'Ignore',
    name: 'prose',
    value: { shouldIgnore: (path) => (isProse(path) ? 'prose for the operator' : undefined) },
  },
];

/** Which tests speak for which folder: `npm run mutation -- --mutate 'lib/identity/**'` runs the second row's. */
const TESTS_OF = {
  'lib/domain': ['test/unit/domain'],
  'lib/broker': ['test/unit/broker'],
  'lib/identity': ['test/unit/identity', 'test/attack'],
};

const DEFAULT = ['lib/domain', 'lib/broker'];

/** They run for seconds, for what others say in milliseconds. */
const TOO_SLOW = ['hostile-provider', 'second-opinion', 'mutations', 'corpora', 'wycheproof', 'padding'];

const asked = Object.keys(TESTS_OF).filter((folder) => process.argv.some((word) => word.includes(folder)));
const folders = asked.length > 0 ? asked : DEFAULT;

/** Mutation tests of what decides: would a test notice if a line of it did something else? */
export default {
  plugins: ['@stryker-mutator/jest-runner', './stryker.config.mjs'],
  ignorers: ['prose'],
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules'],
  jest: {
    configFile: 'jest.config.mjs',
    config: {
      testMatch: folders.flatMap((folder) => TESTS_OF[folder]).map((folder) => `<rootDir>/${folder}/**/*.test.ts`),
      testPathIgnorePatterns: ['/node_modules/', `(?:${TOO_SLOW.join('|')})\\.test\\.ts$`],
    },
  },
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
