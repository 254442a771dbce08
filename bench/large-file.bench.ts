/**
 * One file of a terabyte: what sharing, announcing, fetching and resuming it costs in memory and time. The file is sparse
 * and its zeros' hashes are given to the client as if it had hashed the file once: reading a terabyte is left out, all
 * else is done by real clients. The leecher's part needs a file system that says it has room: an own tmpfs, so root.
 *
 *     npm run bench -- large-file [GIB]               1024 GiB unless told otherwise
 */
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { mkdir, realpath, stat, truncate, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { sha256Hex, sleep, systemClock, utf8 } from '../src/base/index.ts';
import {
  buildContent,
  buildTorrent,
  HASH_BYTES,
  PieceLayers,
  pieceLengthFor,
  pieceRoot,
  rootOfLayer,
} from '../src/metainfo/index.ts';
import type { DownloadRow } from '../src/node/index.ts';
import type { Client } from '../scripts/demo/client.ts';
import type { Stage } from '../scripts/demo/stage.ts';
import { GROUP, logIn, onStage, openGroup, residentMib, startClient } from './bench-group.ts';

const GIB = 2 ** 30;
const MIB = 2 ** 20;
const FETCHED_BYTES = 256 * MIB;
const POLL_MS = 100;
const run = promisify(execFile);

function tell(what: string, client: Client, startMs?: number): void {
  const { pid } = client.process;
  const took = startMs === undefined ? '' : ` ${((systemClock.nowMs() - startMs) / 1000).toFixed(2)} s;`;
  const weight = `${residentMib(pid).toFixed(0)} MiB resident (${residentMib(pid, true).toFixed(0)} at most)`;
  process.stdout.write(`${what}:${took} ${client.name} ${weight}\n`);
}

/** Makes a sparse file and lets the client's records know its hashes. */
async function makeKnownFile(path: string, userDir: string, length: number): Promise<void> {
  await writeFile(path, '');
  await truncate(path, length);
  const pieceLength = pieceLengthFor(length);
  const root = pieceRoot(new Uint8Array(pieceLength), pieceLength);
  const layer = new Uint8Array(Math.ceil(length / pieceLength) * HASH_BYTES);
  for (let at = 0; at < layer.length; at += HASH_BYTES) layer.set(root, at);
  const name = basename(path);
  const file = { path: [name], length, piecesRoot: rootOfLayer(layer, pieceLength) };
  const content = buildContent({ name, isFolder: false, files: [file] });
  const layers = PieceLayers.fromBytes(content, layer);
  if (layers === undefined) throw new Error('the layers do not fit');
  const facts = await stat(path);
  const stamps = [{ size: facts.size, mtimeMs: facts.mtimeMs }];
  const known = { root: path, content: content.contentId, stamps };
  await writeFile(join(userDir, 'contents', `${content.contentId}.info`), buildTorrent(content).infoBytes);
  await writeFile(join(userDir, 'contents', `${content.contentId}.layers`), layers.toBytes());
  await writeFile(join(userDir, 'known', `${sha256Hex(utf8(path))}.json`), JSON.stringify(known));
}

async function untilFetched(leecher: Client, bytes: number): Promise<void> {
  for (;;) {
    const [row] = await leecher.rows<DownloadRow>('show_downloads');
    if (row === undefined || row.state === 'F') throw new Error(`the download failed: ${row?.remark}`);
    if (row.doneBytes >= bytes) return;
    await sleep(systemClock, POLL_MS);
  }
}

/** A file system that says it has room for twice the file; undefined where this user may not make one. */
async function mountRoom(folder: string, length: number): Promise<(() => Promise<unknown>) | undefined> {
  await mkdir(folder);
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${2 * length}`, 'tmpfs', folder]);
  } catch {
    return undefined;
  }
  return () => run('umount', ['-l', folder]);
}

async function fetchAndResume(again: (name: string) => Client, first: Client, to: string, name: string) {
  let startMs = systemClock.nowMs();
  await first.must('limit', 'down', '200M');
  await first.must('download_file', GROUP, name, to);
  await untilFetched(first, FETCHED_BYTES);
  tell(`leecher's first ${FETCHED_BYTES / MIB} MiB at 200 MiB/s at most`, first, startMs);
  await first.quit();
  const leecher = again('ann');
  startMs = systemClock.nowMs();
  await logIn(leecher);
  const [row] = await leecher.rows<DownloadRow>('show_downloads');
  tell(`log-in again with ${((row?.doneBytes ?? 0) / MIB).toFixed(0)} MiB there`, leecher, startMs);
  await untilFetched(leecher, 2 * FETCHED_BYTES);
  tell(`as many again`, leecher, startMs);
  await leecher.must('cancel_download', GROUP, name);
}

async function measure(stage: Stage, gib: number): Promise<void> {
  const { clients, trackers } = await openGroup(stage, ['seed', 'ann']);
  const [first, ann] = clients;
  if (first === undefined || ann === undefined) return;
  const again = (name: string): Client =>
    startClient(stage, trackers.file, name, join(stage.folder, 'clients', name));
  await first.quit();
  const users = join(stage.folder, 'clients', 'seed', 'users');
  const userDir = join(users, readdirSync(users)[0] ?? '');
  const path = join(await realpath(stage.folder), 'huge.bin');
  await makeKnownFile(path, userDir, gib * GIB);

  const sharing = again('seed');
  await logIn(sharing);
  tell('before', sharing);
  let startMs = systemClock.nowMs();
  await sharing.must('upload_file', path, GROUP);
  tell(`upload_file of ${gib} GiB, hashed before`, sharing, startMs);
  await sharing.quit();
  const seed = again('seed');
  startMs = systemClock.nowMs();
  await logIn(seed);
  tell('log-in with it', seed, startMs);

  const room = join(stage.folder, 'room');
  const unmount = await mountRoom(room, gib * GIB);
  if (unmount === undefined) {
    process.stdout.write('no right to mount a file system with room for it: no leecher\n');
    return;
  }
  try {
    await fetchAndResume(again, ann, room, 'huge.bin');
    tell('its seed', seed);
  } finally {
    await unmount();
  }
}

/** Runs the measurement; resolves to the exit code. */
export async function main(args: readonly string[], root: string): Promise<number> {
  const [gib = 1024] = args.map(Number);
  if (!Number.isInteger(gib) || gib < 1) {
    process.stderr.write('npm run bench -- large-file [GIB]\n');
    return 2;
  }
  return onStage(root, (stage) => measure(stage, gib));
}
