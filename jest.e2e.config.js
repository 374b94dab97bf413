import quick, { slow } from './jest.config.js';

/** Real runners, browsers and clusters, through the built bundles. One file at a time: they measure time. */
/** @type {import('jest').Config} */
export default {
  ...quick,
  testMatch: ['<rootDir>/test/e2e/**/*.test.ts', ...slow.map((place) => `${place}{,**/}*.test.ts`)],
  testPathIgnorePatterns: ['/node_modules/'],
  testTimeout: 180_000,
  maxWorkers: 1,
};
