/** Many runs against the stand-in: minutes together, so that they are played with the end-to-end tests. */
export const slow = [
  '<rootDir>/test/actions/promote-environment/',
  '<rootDir>/test/docs/example-of-promotions',
  '<rootDir>/test/promotion/ways/pull-request/',
];

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  testMatch: ['<rootDir>/test/**/*.test.ts'],
  testPathIgnorePatterns: ['<rootDir>/test/e2e/', '/node_modules/', ...slow],
  modulePathIgnorePatterns: ['<rootDir>/build', '<rootDir>/dist'],
  // Many tests wait for processes: every core, where jest would leave one idle.
  maxWorkers: '100%',
  testTimeout: 30_000,
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
        module: { type: 'es6' },
      },
    ],
  },
};
