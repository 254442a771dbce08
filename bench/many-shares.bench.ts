/**
 * A client that shares thousands of files: how long from its log-in until the others see all of them with a seed, what it
 * weighs then, and what it costs while nobody wants anything. The client is started anew for each run.
 *
 *     npm run bench -- many-shares [FILES [RUNS]]     2000 files and 3 runs unless told otherwise
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sleep, systemClock } from '../src/base/index.ts';
import type { FileRow } from '../src/node/index.ts';
import type { Client } from '../scripts/demo/client.ts';
import type { Stage } from '../scripts/demo/stage.ts';
import {
  cpuSeconds,
  GROUP,
  logIn,
  median,
  onStage,
  openGroup,
  residentMib,
  startClient,
} from './bench-group.ts';

const FILE_BYTES = 20_000;
const IDLE_SECONDS = 20;
const POLL_MS = 100;
const PATIENCE_MS = 60_000;

async function shareAll(stage: Stage, seed: Client, files: number): Promise<void> {
  const folder = join(stage.folder, 'shared');
  await mkdir(folder);
  const startMs = systemClock.nowMs();
  for (let n = 0; n < files; n += 1) {
    const path = join(folder, `file-${String(n).padStart(5, '0')}.bin`);
    await writeFile(path, Buffer.alloc(FILE_BYTES, `${n} `));
    await seed.must('upload_file', path, GROUP);
  }
  const seconds = (systemClock.nowMs() - startMs) / 1000;
  process.stdout.write(`${files} times upload_file: ${seconds.toFixed(1)} s\n`);
}

/** Waits until `seeded` of the group's files have a seed online. */
async function untilSeeded(watcher: Client, seeded: number): Promise<void> {
  const endMs = systemClock.nowMs() + PATIENCE_MS;
  for (;;) {
    const rows = await watcher.rows<FileRow>('list_files', GROUP);
    const now = rows.filter((row) => row.seeds > 0).length;
    if (now === seeded) return;
    if (systemClock.nowMs() > endMs) throw new Error(`${now} of ${seeded} files have a seed`);
    await sleep(systemClock, POLL_MS);
  }
}

interface Figures {
  readonly loginSeconds: number;
  readonly announcedSeconds: number;
  readonly mib: number;
  readonly peakMib: number;
  readonly cpuPercent: number;
}

async function measure(seed: Client, watcher: Client, files: number): Promise<Figures> {
  const { pid } = seed.process;
  const startMs = systemClock.nowMs();
  const sinceStart = (): number => (systemClock.nowMs() - startMs) / 1000;
  await logIn(seed);
  const loginSeconds = sinceStart();
  await untilSeeded(watcher, files);
  const announcedSeconds = sinceStart();
  const usedBefore = cpuSeconds(pid);
  const idleFromMs = systemClock.nowMs();
  await sleep(systemClock, IDLE_SECONDS * 1000);
  const idleSeconds = (systemClock.nowMs() - idleFromMs) / 1000;
  const cpuPercent = ((cpuSeconds(pid) - usedBefore) / idleSeconds) * 100;
  return {
    loginSeconds,
    announcedSeconds,
    mib: residentMib(pid),
    peakMib: residentMib(pid, true),
    cpuPercent,
  };
}

const told = (figures: readonly Figures[]): string => {
  const of = (key: keyof Figures): number => median(figures.map((each) => each[key]));
  return (
    `login ${of('loginSeconds').toFixed(2)} s, all announced after ${of('announcedSeconds').toFixed(2)} s, ` +
    `${of('mib').toFixed(0)} MiB resident (${of('peakMib').toFixed(0)} at most), idle CPU ${of('cpuPercent').toFixed(2)} %`
  );
};

async function run(stage: Stage, files: number, runs: number): Promise<void> {
  const { clients, trackers } = await openGroup(stage, ['seed', 'watcher']);
  const [first, watcher] = clients;
  if (first === undefined || watcher === undefined) return;
  await shareAll(stage, first, files);
  await first.quit();
  const figures: Figures[] = [];
  for (let at = 1; at <= runs; at += 1) {
    await untilSeeded(watcher, 0);
    const seed = startClient(stage, trackers.file, 'seed', join(stage.folder, 'clients', 'seed'));
    figures.push(await measure(seed, watcher, files));
    process.stdout.write(`run ${at}: ${told(figures.slice(-1))}\n`);
    await seed.quit();
  }
  process.stdout.write(`median of ${runs}, ${files} shares: ${told(figures)}\n`);
}

/** Runs the measurement; resolves to the exit code. */
export async function main(args: readonly string[], root: string): Promise<number> {
  const [files = 2000, runs = 3] = args.map(Number);
  if (!Number.isInteger(files) || files < 1 || !Number.isInteger(runs) || runs < 1) {
    process.stderr.write('npm run bench -- many-shares [FILES [RUNS]]\n');
    return 2;
  }
  return onStage(root, (stage) => run(stage, files, runs));
}
