import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
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
  const held = join(mkdtempSync(join(tmpdir(), 'bounded-')), 'held');
  onTestFinished(() => rmSync(dirname(held), { recursive: true }));
  writeFileSync(held, '');
  // It can start nothing then, not even what lifts the limit again; to remove a file takes no descriptor.
  const lifted = run(`while test -e '${held}'; do sleep 0.05; done; prlimit ${OURS} --nofile=${allowed}:`);
  spawnSync('prlimit', [OURS, '--nofile=3:']);
  const refused = await run('true');
  rmSync(held);
  expect(refused).toContain('EMFILE');
  expect(await lifted).toBeUndefined();
  expect(await run('true')).toBeUndefined();
});
