/**
 * @typedef {{ status: string, assertionResults: { status: string }[] }} TestFile
 * @typedef {{
 *   numPassedTests: number, numFailedTests: number, numPendingTests: number, numTodoTests: number,
 *   testResults: TestFile[],
 * }} Report
 */

/**
 * Counts of one vitest run. A file that could not even be loaded counts as one failure, and so does a run that
 * failed although every test passed (an error outside of any).
 * @param {Report} report
 * @param {number | null} exitCode
 */
export function countTests(report, exitCode) {
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length;
  const failed = report.numFailedTests + broken;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}
