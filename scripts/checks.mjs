/** The checks that run no product code: types, lint, format, dead code, the package's shape. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { root } from './bootstrap.mjs';

/**
 * @typedef {{ name: string, program: string, args: string[] }} Check
 */

/**
 * Path of an installed package's program: started by our own Node, so it works on every system.
 * @param {string} name
 */
export function programOf(name) {
  const folder = join(root, 'node_modules', name);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return join(folder, typeof bin === 'string' ? bin : bin[name === 'typescript' ? 'tsc' : name]);
}

/** @type {Check[]} */
export const checks = [
  { name: 'types', program: 'typescript', args: ['--noEmit'] },
  { name: 'types of the page', program: 'typescript', args: ['--noEmit', '-p', 'web/tsconfig.json'] },
  { name: 'lint', program: 'oxlint', args: [] },
  { name: 'format', program: 'prettier', args: ['--check', '--log-level', 'warn', '.'] },
  { name: 'dead code', program: 'knip', args: ['--no-progress', '--no-config-hints'] },
];

/** @type {Check} */
export const packageCheck = {
  name: 'package',
  program: 'publint',
  args: ['--strict', '--pack', 'npm'],
};

/**
 * Runs one check; what it says is shown only when it fails.
 * @param {Check} check
 */
export function runCheck({ name, program, args }) {
  const startedMs = Date.now();
  const done = spawnSync(process.execPath, [programOf(program), ...args], { cwd: root, encoding: 'utf8' });
  const passed = done.status === 0;
  const seconds = ((Date.now() - startedMs) / 1000).toFixed(1);
  process.stdout.write(`${passed ? 'ok    ' : 'FAILED'}  ${name} (${seconds} s)\n`);
  if (!passed)
    process.stdout.write(`${done.stdout ?? ''}${done.stderr ?? ''}${done.error ? done.error.message : ''}\n`);
  return passed;
}
