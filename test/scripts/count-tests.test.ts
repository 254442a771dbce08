import { expect, test } from 'vitest';
import { countTests } from '../../scripts/count-tests.mjs';

const passed = { status: 'passed', assertionResults: [{ status: 'passed' }] };
const failed = { status: 'failed', assertionResults: [{ status: 'passed' }, { status: 'failed' }] };
const broken = { status: 'failed', assertionResults: [] };

test.each([
  { why: 'all is well', files: [passed], counts: [1, 0, 0], exitCode: 0, expected: [1, 0, 0] },
  { why: 'a failed test', files: [passed, failed], counts: [2, 1, 0], exitCode: 1, expected: [2, 1, 0] },
  {
    why: 'a file that does not load',
    files: [passed, broken],
    counts: [1, 0, 0],
    exitCode: 1,
    expected: [1, 1, 0],
  },
  {
    why: 'an error outside of all tests',
    files: [passed],
    counts: [1, 0, 0],
    exitCode: 1,
    expected: [1, 1, 0],
  },
  { why: 'vitest was killed', files: [passed], counts: [1, 0, 0], exitCode: null, expected: [1, 1, 0] },
  { why: 'skipped ones are neither', files: [passed], counts: [1, 0, 3], exitCode: 0, expected: [1, 0, 3] },
])('counts: $why', ({ files, counts, exitCode, expected }) => {
  const [numPassedTests = 0, numFailedTests = 0, numPendingTests = 0] = counts;
  const report = { numPassedTests, numFailedTests, numPendingTests, numTodoTests: 0, testResults: files };
  const { passed: good, failed: bad, skipped } = countTests(report, exitCode);
  expect([good, bad, skipped]).toEqual(expected);
});
