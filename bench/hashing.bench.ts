/**
 * Hashing a file for sharing, against the bare hash rate of all cores: as many threads as cores, each hashing the 16 KiB
 * blocks of its part of the same bytes in memory with nothing else to do. Then a real client: what `upload_file` takes the
 * first time, again in the same group after `stop_share`, and after a restart.
 *
 *     npm run bench -- hashing [MIB [RUNS]]           1024 MiB and 5 runs unless told otherwise
 *
 * The file is in the page cache of the disk's file system, as one that was just made: TMPDIR names another. (To read from
 * tmpfs costs twice as much, which is the file system's work.)
 */
import { once } from 'node:events';
import { openSync, readSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { systemClock } from '../src/base/index.ts';
import type { Hasher } from '../src/hashing/index.ts';
import { pieceLengthFor } from '../src/metainfo/index.ts';
import { makeRandomFile } from '../scripts/demo/sample.ts';
import type { Stage } from '../scripts/demo/stage.ts';
import { GROUP, logIn, median, onStage, openGroup, startClient } from './bench-group.ts';

const MIB = 2 ** 20;

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const startMs = systemClock.nowMs();
  await work();
  return (systemClock.nowMs() - startMs) / 1000;
}

/** Of the package as it is built: there its workers are. */
async function openBuiltHasher(root: string): Promise<Hasher> {
  const built = pathToFileURL(join(root, 'dist', 'hashing', 'index.js')).href;
  const hashing = (await import(built)) as { openHasher(): Hasher };
  return hashing.openHasher();
}

/** Threads with the file's bytes in memory, ready to hash. */
function bareThreads(path: string, bytes: number): Worker[] {
  const threads = availableParallelism();
  const fd = openSync(path, 'r');
  const part = Math.ceil(bytes / threads / MIB) * MIB;
  return Array.from({ length: threads }, (_, at) => {
    const memory = new Uint8Array(new SharedArrayBuffer(Math.min(part, bytes - at * part)));
    for (let done = 0; done < memory.length; done += 16 * MIB) {
      readSync(fd, memory, done, Math.min(16 * MIB, memory.length - done), at * part + done);
    }
    return new Worker(new URL('bare-hash.js', import.meta.url), { workerData: memory });
  });
}

async function hashBare(threads: readonly Worker[]): Promise<void> {
  await Promise.all(
    threads.map((thread) => {
      const done = once(thread, 'message');
      thread.postMessage('go');
      return done;
    }),
  );
}

async function compare(hasher: Hasher, path: string, mib: number, runs: number): Promise<void> {
  const file = { path, length: mib * MIB };
  const never = new AbortController().signal;
  const hashFile = (): Promise<unknown> =>
    hasher.hashFiles([file], pieceLengthFor(file.length), () => undefined, never);
  const threads = bareThreads(path, file.length);
  await Promise.all([hashFile(), hashBare(threads)]);
  const ours: number[] = [];
  const bare: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    bare.push(mib / (await secondsOf(() => hashBare(threads))));
    ours.push(mib / (await secondsOf(hashFile)));
    process.stdout.write(
      `run ${run + 1}: hashing a file ${ours.at(-1)?.toFixed(0)} MiB/s, bare ${bare.at(-1)?.toFixed(0)} MiB/s\n`,
    );
  }
  await Promise.all(threads.map((thread) => thread.terminate()));
  const [own, ceiling] = [median(ours), median(bare)];
  process.stdout.write(
    `median of ${runs}: hashing a file ${own.toFixed(0)} MiB/s, bare ${ceiling.toFixed(0)} MiB/s, ratio ${(own / ceiling).toFixed(2)}\n`,
  );
}

async function share(stage: Stage, path: string, mib: number): Promise<void> {
  const { clients, trackers } = await openGroup(stage, ['seed']);
  const [seed] = clients;
  if (seed === undefined) return;
  const first = await secondsOf(() => seed.must('upload_file', path, GROUP));
  await seed.must('stop_share', GROUP, 'payload.bin');
  const again = await secondsOf(() => seed.must('upload_file', path, GROUP));
  await seed.must('stop_share', GROUP, 'payload.bin');
  await seed.quit();
  const later = startClient(stage, trackers.file, 'seed', join(stage.folder, 'clients', 'seed'));
  await logIn(later);
  const restarted = await secondsOf(() => later.must('upload_file', path, GROUP));
  process.stdout.write(
    `upload_file of ${mib} MiB: ${first.toFixed(2)} s (${(mib / first).toFixed(0)} MiB/s); ` +
      `after stop_share ${again.toFixed(2)} s; after that and a restart ${restarted.toFixed(2)} s\n`,
  );
}

/** Runs the comparison; resolves to the exit code. */
export async function main(args: readonly string[], root: string): Promise<number> {
  const [mib = 1024, runs = 5] = args.map(Number);
  if (!Number.isInteger(mib) || mib < 1 || !Number.isInteger(runs) || runs < 1) {
    process.stderr.write('npm run bench -- hashing [MIB [RUNS]]\n');
    return 2;
  }
  const work = async (stage: Stage): Promise<void> => {
    const path = join(stage.folder, 'payload.bin');
    await makeRandomFile(path, mib * MIB);
    const hasher = await openBuiltHasher(root);
    try {
      await compare(hasher, path, mib, runs);
    } finally {
      await hasher.close();
    }
    await share(stage, path, mib);
  };
  return onStage(root, work, true);
}
