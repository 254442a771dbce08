/**
 * One seed to one leecher: two `mbt client` processes over loopback, against the ceiling of two bare Node processes
 * over the same TLS, in turn and in the same run. Also what the processes weigh.
 *
 *     npm run bench -- one-to-one [MIB [RUNS]]        1024 MiB and 3 runs unless told otherwise; in /dev/shm where there is one
 */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
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
import { GROUP, median, onStage, openGroup, residentMib } from './bench-group.ts';

const MIB = 2 ** 20;

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

async function compare(stage: Stage, mib: number, runs: number): Promise<void> {
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
  const ours: number[] = [];
  const raw: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    ours.push(mib / (await fetchSeconds(leecher, sample.name, join(stage.folder, 'copy.bin'))));
    raw.push(mib / (await rawSeconds(credentials, mib * MIB)));
    process.stdout.write(
      `run ${run + 1}: mbt ${ours.at(-1)?.toFixed(0)} MiB/s, bare TLS ${raw.at(-1)?.toFixed(0)} MiB/s; ` +
        `memory: seed ${residentMib(seed.process.pid).toFixed(0)}, leecher ${residentMib(leecher.process.pid).toFixed(0)} MiB\n`,
    );
  }
  const [own, bare] = [median(ours), median(raw)];
  process.stdout.write(
    `median of ${runs}: mbt ${own.toFixed(0)} MiB/s, bare TLS ${bare.toFixed(0)} MiB/s, ratio ${(own / bare).toFixed(2)}\n`,
  );
}

/** Runs the comparison; resolves to the exit code. */
export async function main(args: readonly string[], root: string): Promise<number> {
  const [mib = 1024, runs = 3] = args.map(Number);
  if (!Number.isInteger(mib) || mib < 1 || !Number.isInteger(runs) || runs < 1) {
    process.stderr.write('npm run bench -- one-to-one [MIB [RUNS]]\n');
    return 2;
  }
  return onStage(root, (stage) => compare(stage, mib, runs));
}
