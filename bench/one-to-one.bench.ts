/**
 * One seed to one leecher: two `mbt client` processes over loopback, in turn and in the same run with two bare Node
 * processes over the same TLS, which is the ceiling, and with libtorrent's own pairs, with TLS and without. Also what our
 * processes weigh and how much processor time a fetch takes.
 *
 *     npm run bench -- one-to-one [MIB [RUNS]]        1024 MiB and 3 runs unless told otherwise; in /dev/shm where there is one
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { systemClock } from '../src/base/index.ts';
import {
  createAuthority,
  generateKey,
  issueMemberCertificate,
  memberDates,
  toPem,
} from '../src/identity/index.ts';
import type { Client } from '../scripts/demo/client.ts';
import { makeRandomFile } from '../scripts/demo/sample.ts';
import type { Stage } from '../scripts/demo/stage.ts';
import { cpuSeconds, GROUP, median, onStage, openGroup, residentMib } from './bench-group.ts';
import { exportedJob, LibtorrentPair, type LibtorrentJob } from './libtorrent-pair.ts';

const MIB = 2 ** 20;
/** As ours are for files of up to 16 GiB. */
const PIECE_BYTES = 256 * 1024;

async function rawSeconds(folder: string, bytes: number): Promise<number> {
  const script = fileURLToPath(new URL('raw-tls.js', import.meta.url));
  const server = spawn(process.execPath, [script, 'serve', folder, String(bytes)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [port] = (await once(createInterface({ input: server.stdout }), 'line')) as [string];
  const args = [script, 'read', folder, port, String(bytes)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return Number(stdout);
}

async function writeCredentials(folder: string): Promise<void> {
  const nowMs = systemClock.wallMs();
  const authority = await createAuthority(nowMs);
  const key = generateKey();
  const certificate = await issueMemberCertificate(authority, key.publicKey, memberDates(nowMs));
  await writeFile(join(folder, 'ca.pem'), authority.certificatePem);
  await writeFile(join(folder, 'cert.pem'), toPem(certificate));
  await writeFile(join(folder, 'key.pem'), toPem(key.privateKey, 'PRIVATE KEY'));
}

/** One fetch, timed from the command to its COMPLETE; forgets the copy afterwards. */
async function fetchSeconds(leecher: Client, file: string, target: string): Promise<number> {
  const startMs = systemClock.nowMs();
  await leecher.must('download_file', GROUP, file, target);
  await leecher.must('wait_downloads');
  const seconds = (systemClock.nowMs() - startMs) / 1000;
  await leecher.must('stop_share', GROUP, file);
  await leecher.run('cancel_download', GROUP, file);
  rmSync(target, { force: true });
  return seconds;
}

/** One way to move the file, measured several times; `seconds` of one of them. */
interface Contender {
  readonly name: string;
  readonly seconds: () => Promise<number>;
  readonly mibPerSecond: number[];
}

const contender = (name: string, seconds: () => Promise<number>): Contender => ({
  name,
  seconds,
  mibPerSecond: [],
});

/** What libtorrent does with the same file, in the same pieces; none if it is not installed. */
async function libtorrentContenders(
  stage: Stage,
  root: string,
  seed: Client,
  file: { readonly name: string; readonly path: string },
): Promise<Contender[]> {
  const pair = LibtorrentPair.find(root);
  if (pair === undefined) return [];
  const exported = join(stage.folder, 'exported');
  await seed.must('export_torrent', GROUP, file.name, exported);
  const plain: LibtorrentJob = { torrent: join(stage.folder, 'plain.torrent'), folder: stage.folder };
  pair.describe(file.path, plain.torrent, PIECE_BYTES);
  const target = join(stage.folder, 'theirs');
  const fetch = async (job: LibtorrentJob): Promise<number> => {
    await mkdir(target);
    const seconds = await pair.fetchSeconds(job, target);
    rmSync(target, { recursive: true });
    return seconds;
  };
  return [
    contender('libtorrent TLS', () => fetch(exportedJob(exported, stage.folder))),
    contender('libtorrent plain', () => fetch(plain)),
  ];
}

async function compare(stage: Stage, root: string, mib: number, runs: number): Promise<void> {
  const { clients } = await openGroup(stage, ['seed', 'leecher']);
  const [seed, leecher] = clients;
  if (seed === undefined || leecher === undefined) return;
  const weights = stage.processes.map(({ name, pid }) => `${name} ${residentMib(pid).toFixed(0)} MiB`);
  process.stdout.write(`idle: ${weights.join(', ')}\n`);

  const path = join(stage.folder, 'payload.bin');
  const sample = await makeRandomFile(path, mib * MIB);
  await seed.must('upload_file', path, GROUP);
  const credentials = await stage.makeFolder('raw');
  await writeCredentials(credentials);
  const own = contender('mbt', () => fetchSeconds(leecher, sample.name, join(stage.folder, 'copy.bin')));
  const others = [
    contender('bare TLS', () => rawSeconds(credentials, mib * MIB)),
    ...(await libtorrentContenders(stage, root, seed, { name: sample.name, path })),
  ];
  for (let run = 1; run <= runs; run += 1) {
    const before = [seed, leecher].map(({ process: { pid } }) => cpuSeconds(pid));
    own.mibPerSecond.push(mib / (await own.seconds()));
    const used = [seed, leecher].map(({ process: { pid } }, at) => cpuSeconds(pid) - (before[at] ?? 0));
    for (const other of others) other.mibPerSecond.push(mib / (await other.seconds()));
    report(run, [own, ...others], [seed, leecher], used);
  }
  const ownMedian = median(own.mibPerSecond);
  process.stdout.write(`median of ${runs}: mbt ${ownMedian.toFixed(0)} MiB/s\n`);
  for (const { name, mibPerSecond } of others) {
    const theirs = median(mibPerSecond);
    process.stdout.write(`  ${name} ${theirs.toFixed(0)} MiB/s, ratio ${(ownMedian / theirs).toFixed(2)}\n`);
  }
}

function report(
  run: number,
  contenders: readonly Contender[],
  clients: readonly Client[],
  used: readonly number[],
): void {
  const speeds = contenders.map(({ name, mibPerSecond }) => `${name} ${mibPerSecond.at(-1)?.toFixed(0)}`);
  const weights = clients.map(
    ({ name, process: { pid } }, at) =>
      `${name} ${residentMib(pid).toFixed(0)} MiB ${used[at]?.toFixed(2)} s`,
  );
  process.stdout.write(`run ${run}, MiB/s: ${speeds.join(', ')}; memory and CPU: ${weights.join(', ')}\n`);
}

/** Runs the comparison; resolves to the exit code. */
export async function main(args: readonly string[], root: string): Promise<number> {
  const [mib = 1024, runs = 3] = args.map(Number);
  if (!Number.isInteger(mib) || mib < 1 || !Number.isInteger(runs) || runs < 1) {
    process.stderr.write('npm run bench -- one-to-one [MIB [RUNS]]\n');
    return 2;
  }
  return onStage(root, (stage) => compare(stage, root, mib, runs));
}
