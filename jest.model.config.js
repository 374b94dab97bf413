import quick from './jest.config.js';

// Workers inherit it. Of each of the suites, as `npm run test:model` is to find what 2,000 do not.
process.env.UNDERSTUDY_MODEL_RUNS ??= '100000';

/** The models alone, for a night: hundreds of thousands of interleavings, from a seed of their own each time. */
/** @type {import('jest').Config} */
export default {
  ...quick,
  testMatch: ['<rootDir>/test/ledger/model*.test.ts', '<rootDir>/test/promotion/model*.test.ts'],
  verbose: true,
};
