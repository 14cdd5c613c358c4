/** Tests run as ES modules, as the Lambdas do; swc only strips the types, `npm run types` checks them. */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/peers/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { target: 'es2024', parser: { syntax: 'typescript' } }, module: { type: 'es6' } },
    ],
  },
  globalSetup: '<rootDir>/test/support/make-builds-folder.mjs',
  globalTeardown: '<rootDir>/test/support/remove-builds-folder.mjs',
  setupFiles: ['<rootDir>/test/support/environment.ts'],
  testTimeout: 180_000,
  // Most of the time is spent waiting for servers: every core takes part, not all but one.
  maxWorkers: '100%',
  collectCoverageFrom: ['lib/**/*.ts'],
  // Of whoever asks for coverage of everything; what a test cannot reach is a second way that nobody needs.
  coverageThreshold: { './lib/identity/': { branches: 100 } },
};
