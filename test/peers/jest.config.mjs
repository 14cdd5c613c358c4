import base from '../../jest.config.mjs';

/** Sign-ins against programs that nobody here wrote, which are not on every machine: `npm run test:peers`. */
export default {
  ...base,
  rootDir: '../..',
  roots: ['<rootDir>/test/peers'],
  testPathIgnorePatterns: ['/node_modules/'],
  // What is skipped is said by name.
  verbose: true,
};
