import { defineConfig } from 'vitest/config';

/** What `expect.poll` waits for must come; that it comes fast is claimed only where a test names a time of its own. */
const limits = { testTimeout: 60_000, hookTimeout: 60_000, expect: { poll: { timeout: 20_000 } } };

/** Suites that start processes of their own come after the others, one file at a time: they want the cores. */
const processSuites = [
  'test/e2e/**/*.test.ts',
  'test/interop/**/*.test.ts',
  'test/faults/**/*.test.ts',
  'test/hostile/**/*.test.ts',
  'test/browser/**/*.test.ts',
  'test/docs/**/*.test.ts',
];

export default defineConfig({
  test: {
    coverage: { provider: 'v8', include: ['src/**/*.ts'], exclude: ['src/**/*.test.ts'] },
    projects: [
      {
        test: {
          name: 'units',
          include: ['src/**/*.test.ts', 'web/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: processSuites,
          sequence: { groupOrder: 0 },
          ...limits,
        },
      },
      {
        test: {
          name: 'processes',
          include: processSuites,
          sequence: { groupOrder: 1 },
          fileParallelism: false,
          ...limits,
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
