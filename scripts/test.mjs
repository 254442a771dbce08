/** `npm test`: everything, from a bare clone. The last line is `N passed, N failed`, counted, not guessed. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { bootstrap, root } from './bootstrap.mjs';
import { build } from './build.mjs';
import { checks, packageCheck, programOf, runCheck } from './checks.mjs';
import { countTests } from './count-tests.mjs';
import { ensureSystemPackages } from './system-packages.mjs';

function runTests() {
  const folder = mkdtempSync(join(tmpdir(), 'mbt-test-report-'));
  const report = join(folder, 'report.json');
  try {
    const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const done = spawnSync(process.execPath, [programOf('vitest'), ...args, ...process.argv.slice(2)], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    return countTests(JSON.parse(readFileSync(report, 'utf8')), done.status);
  } catch (error) {
    process.stdout.write(
      `The tests left no report: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    return { passed: 0, failed: 1, skipped: 0 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runBuild() {
  const passed = build();
  process.stdout.write(`${passed ? 'ok    ' : 'FAILED'}  build\n`);
  return passed;
}

bootstrap({ buildToo: false });
const missing = ensureSystemPackages();
const results = [...checks.map(runCheck), runBuild(), runCheck(packageCheck)];
const tests = runTests();

const checksPassed = results.filter(Boolean).length;
const passed = checksPassed + tests.passed;
const failed = results.length - checksPassed + tests.failed;
for (const line of missing) process.stdout.write(`Skipped: ${line}\n`);
process.exitCode = failed === 0 ? 0 : 1;
process.stdout.write(
  `${passed} passed, ${failed} failed${tests.skipped ? `, ${tests.skipped} skipped` : ''}\n`,
);
