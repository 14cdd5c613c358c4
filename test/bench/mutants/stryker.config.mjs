import config from '../../../stryker.config.mjs';

/** As `npm run mutation`, of a few files, and without a word: what came of it goes where the bench reads it. */
export default {
  ...config,
  incremental: false,
  reporters: ['json'],
  jsonReporter: { fileName: process.env.HATCHECK_MUTANTS },
  thresholds: { high: 95, low: 90, break: null },
};
