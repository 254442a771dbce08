import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { systemClock } from '../../base/index.ts';
import { boundedRun } from './bounded-run.ts';

const OURS = `--pid=${process.pid}`;
/** How many descriptors this process may have; empty where that can't be said. */
const allowed = spawnSync('prlimit', [OURS, '--nofile', '--output=SOFT', '--noheadings'], {
  encoding: 'utf8',
}).stdout?.trim();

const run = (command: string): Promise<string | undefined> =>
  boundedRun({
    command,
    args: [],
    shell: '/bin/sh',
    env: {},
    input: 'x',
    limitMs: 20_000,
    clock: systemClock,
    onLine: () => undefined,
  }).failure;

test.skipIf(!allowed)('a process that has no descriptor left is told so, and lives on', async () => {
  // It can start nothing then, not even what lifts the limit again.
  const lifted = run(`sleep 2; prlimit ${OURS} --nofile=${allowed}:`);
  spawnSync('prlimit', [OURS, '--nofile=3:']);
  expect(await run('true')).toContain('EMFILE');
  expect(await lifted).toBeUndefined();
  expect(await run('true')).toBeUndefined();
});
