/**
 * How exactly speed limits hold between real clients over real sockets: the limit is set while the transfer runs, then
 * what arrives in three stretches of time is counted.
 *
 *     npm run bench -- rate-limits [SECONDS]          4 seconds a stretch unless told otherwise
 */
import { join } from 'node:path';
import { sleep, systemClock } from '../src/base/index.ts';
import type { PeerRow } from '../src/node/index.ts';
import type { Client } from '../scripts/demo/client.ts';
import { makeRandomFile } from '../scripts/demo/sample.ts';
import type { Stage } from '../scripts/demo/stage.ts';
import { GROUP, median, onStage, openGroup } from './bench-group.ts';

const MIB = 2 ** 20;
const FILE_BYTES = 384 * MIB;
const STRETCHES = 3;
const SETTLE_MS = 1500;

/** Whose bytes of which file are counted, and what they should come to. */
interface Flow {
  readonly client: Client;
  readonly file: string;
  /** MiB a second. */
  readonly wanted: number;
}

async function bytesOf({ client, file }: Flow): Promise<number> {
  const peers = await client.rows<PeerRow>('show_peers', GROUP, file);
  return peers.reduce((sum, peer) => sum + peer.bytesFrom, 0);
}

/** MiB a second of each flow in one stretch. */
async function rates(flows: readonly Flow[], seconds: number): Promise<number[]> {
  const startMs = systemClock.nowMs();
  const before = await Promise.all(flows.map(bytesOf));
  await sleep(systemClock, seconds * 1000);
  const after = await Promise.all(flows.map(bytesOf));
  const lasted = (systemClock.nowMs() - startMs) / 1000;
  return after.map((bytes, at) => (bytes - (before[at] ?? 0)) / MIB / lasted);
}

async function measure(title: string, flows: readonly Flow[], seconds: number): Promise<void> {
  await sleep(systemClock, SETTLE_MS);
  const stretches: number[][] = [];
  for (let run = 0; run < STRETCHES; run += 1) stretches.push(await rates(flows, seconds));
  const told = flows.map((flow, at) => {
    const rate = median(stretches.map((each) => each[at] ?? 0));
    return `${flow.client.name} ${flow.file} ${rate.toFixed(3)} of ${flow.wanted} MiB/s (${(rate / flow.wanted).toFixed(3)})`;
  });
  process.stdout.write(`${title}: ${told.join('; ')}\n`);
}

async function shareTwoFiles(stage: Stage, seed: Client): Promise<void> {
  for (const name of ['a.bin', 'b.bin']) {
    const path = join(stage.folder, name);
    await makeRandomFile(path, FILE_BYTES);
    await seed.must('upload_file', path, GROUP);
  }
}

async function fetch(client: Client, folder: string, file: string): Promise<void> {
  await client.must('download_file', GROUP, file, folder);
}

async function oneLeecher(stage: Stage, seed: Client, ann: Client, seconds: number): Promise<void> {
  const a = { client: ann, file: 'a.bin' };
  const folder = await stage.makeFolder('ann');
  await seed.must('limit', 'up', '8M');
  await fetch(ann, folder, 'a.bin');
  await measure('everything, up 8M', [{ ...a, wanted: 8 }], seconds);
  await seed.must('limit', 'up', '2M');
  await measure('changed to 2M', [{ ...a, wanted: 2 }], seconds);
  await seed.must('limit', 'up', 'none');
  await ann.must('limit', 'down', '4M');
  await measure('everything, down 4M', [{ ...a, wanted: 4 }], seconds);
  await ann.must('limit', 'down', '3M', GROUP);
  await measure('the group, down 3M', [{ ...a, wanted: 3 }], seconds);
  await ann.must('limit', 'down', '500k', GROUP, 'a.bin');
  await measure('the file, down 500k', [{ ...a, wanted: 0.488 }], seconds);
  await fetch(ann, folder, 'b.bin');
  const b = { client: ann, file: 'b.bin', wanted: 3 - 0.488 };
  await measure('the same, and another file in the group', [{ ...a, wanted: 0.488 }, b], seconds);
  await ann.must('limit', 'both', 'none');
  await ann.must('limit', 'both', 'none', GROUP);
  await ann.must('limit', 'both', 'none', GROUP, 'a.bin');
  await ann.must('cancel_download', GROUP, 'a.bin');
  await ann.must('cancel_download', GROUP, 'b.bin');
}

async function twoLeechers(stage: Stage, clients: readonly Client[], seconds: number): Promise<void> {
  const [seed, ann, ben] = clients;
  if (seed === undefined || ann === undefined || ben === undefined) return;
  await seed.must('limit', 'up', '6M');
  await fetch(ann, await stage.makeFolder('ann-2'), 'a.bin');
  await fetch(ben, await stage.makeFolder('ben-2'), 'b.bin');
  const both = [
    { client: ann, file: 'a.bin', wanted: 3 },
    { client: ben, file: 'b.bin', wanted: 3 },
  ];
  await measure('everything, up 6M, two members', both, seconds);
  await seed.must('limit', 'up', '1M', GROUP, 'a.bin');
  const uneven = both.map((flow, at) => ({ ...flow, wanted: at === 0 ? 1 : 5 }));
  await measure('and one of the files up 1M', uneven, seconds);
  const startMs = systemClock.nowMs();
  await seed.must('limit_lan', 'exempt');
  await Promise.all([ann, ben].map((client) => client.must('wait_downloads')));
  const left = (systemClock.nowMs() - startMs) / 1000;
  process.stdout.write(`limit_lan exempt: what was left of both arrived in ${left.toFixed(1)} s\n`);
}

/** Runs the measurement; resolves to the exit code. */
export async function main(args: readonly string[], root: string): Promise<number> {
  const [seconds = 4] = args.map(Number);
  if (!Number.isFinite(seconds) || seconds < 1) {
    process.stderr.write('npm run bench -- rate-limits [SECONDS]\n');
    return 2;
  }
  return onStage(root, async (stage) => {
    const { clients } = await openGroup(stage, ['seed', 'ann', 'ben']);
    const [seed, ann] = clients;
    if (seed === undefined || ann === undefined) return;
    await shareTwoFiles(stage, seed);
    await oneLeecher(stage, seed, ann, seconds);
    await twoLeechers(stage, clients, seconds);
  });
}
