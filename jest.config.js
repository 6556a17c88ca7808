// Jest 30 on native ESM. Three projects: `unit` mirrors src/, `integration` drives the real driver and
// real HTTP against the twin in this process, `e2e` runs the built bundles as processes of their own.
const shared = {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript' },
          target: 'es2023',
          experimental: { keepImportAttributes: true },
        },
      },
    ],
  },
}

/** Long tests of what others hold as well; LONG_TESTS=1 runs them too. */
const long =
  process.env.LONG_TESTS === '1'
    ? []
    : ['warehouse-trouble', 'rename', 'rebase', 'long-pause', 'interrupted'].map(
        (name) => `/${name}\\.test\\.ts$`,
      )

/** @type {import('jest').Config} */
export default {
  // Tests wait for disks and pauses about a fifth of their time: three of them keep two cores busy.
  maxWorkers: 3,
  coverageProvider: 'v8',
  collectCoverageFrom: ['src/**/*.ts', '!src/**/index.ts', '!src/**/main.ts'],
  testSequencer: '<rootDir>/test/support/longest-first.js',
  projects: [
    {
      ...shared,
      displayName: 'unit',
      testMatch: ['<rootDir>/test/*/**/*.test.ts'],
      testPathIgnorePatterns: ['<rootDir>/test/(integration|e2e)/'],
      globalSetup: '<rootDir>/test/support/built.js',
    },
    {
      ...shared,
      displayName: 'integration',
      testMatch: ['<rootDir>/test/integration/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', ...long],
    },
    {
      ...shared,
      displayName: 'e2e',
      testMatch: ['<rootDir>/test/e2e/**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', ...long],
      globalSetup: '<rootDir>/test/e2e/build.js',
    },
  ],
  testTimeout: 60_000,
}
