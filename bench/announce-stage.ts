import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { connect } from 'node:net';
import {
  sleep,
  systemClock,
  toBase64Url,
  sha256Hex,
  type ContentId,
  type InfoHash,
} from '../src/base/index.ts';
import { trackerApi } from '../src/api/index.ts';
import { loadOrCreateClusterKey, openAnnounceKeys } from '../src/identity/index.ts';
import { RECORDS_PER_CALL_MAX } from '../src/api/index.ts';
import { recordKey, type SignedRecord } from '../src/records/index.ts';
import { Person, SignedGroup } from '../test/support/signed-group.ts';
import { TrackerCaller } from '../test/support/tracker-caller.ts';
import type { Stage } from '../scripts/demo/stage.ts';
import { freePort } from '../scripts/demo/tracker.ts';

/** A tracker to be measured: a process, and where to announce to it. */
export interface Rival {
  readonly name: string;
  readonly pid: number;
  readonly port: number;
  readonly paths: readonly string[];
}

/** SHA-256 of nothing that exists; trackers of version 1 know the first 20 bytes. */
export const INFO_HASH = sha256Hex('the swarm of the benchmark') as InfoHash;

/** Keeps a process and all its threads on one core, where the system can; says whether it can. */
export function pin(pid: number, core: number): boolean {
  try {
    execFileSync('taskset', ['-a', '-c', '-p', String(core), String(pid)], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Seconds of CPU that a process has used, of all its threads; 0 where the system doesn't say. */
export function cpuSeconds(pid: number): number {
  const path = `/proc/${pid}/stat`;
  if (!existsSync(path)) return 0;
  const fields = readFileSync(path, 'latin1')
    .replace(/^.*\) /s, '')
    .split(' ');
  const TICKS_A_SECOND = 100;
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

/** `mbt tracker` with a group of so many members, one of whose clients has announced the content. */
export async function startMbt(stage: Stage, members: number): Promise<Rival> {
  const [port, announcePort] = [await freePort(), await freePort()];
  const file = join(stage.folder, 'tracker_info.txt');
  writeFileSync(file, `127.0.0.1:${port}\n`);
  const started = stage.start(
    'tracker',
    ['tracker', file, '1', '--announce', `127.0.0.1:${announcePort}`],
    () => undefined,
  );
  await reachable(announcePort);
  const cluster = await loadOrCreateClusterKey(join(dirname(file), 'cluster.key'), systemClock.wallMs());
  const owner = new Person(cluster.id);
  const caller = await TrackerCaller.open(port, owner.identity);
  const group = await SignedGroup.found(owner, 'bench');
  const people = Array.from({ length: members }, () => new Person(cluster.id));
  const grants = await Promise.all([owner, ...people].map((person) => group.grant(person, 'accepted')));
  await putAll(caller, [
    owner.sign('user', recordKey.user(owner.uid), { n: 1, label: 'owner' }),
    group.record(),
    ...grants,
  ]);
  const content = sha256Hex('content') as ContentId;
  const contents = [{ gid: group.gid, content, infoHash: INFO_HASH, have: 1, seed: true }];
  const device = { device: 'device-1', boot: 'boot-0001', version: 1, port: 4001, addresses: [], full: true };
  await caller.call(trackerApi.presence, { body: { ...device, contents } });
  await caller.close();
  const keys = openAnnounceKeys(cluster);
  const paths = people.map(({ uid }) => `/announce/${keys.seal({ uid, gid: group.gid, n: 1 })}/announce`);
  return { name: 'mbt', pid: started.pid ?? 0, port: announcePort, paths };
}

async function putAll(caller: TrackerCaller, records: readonly SignedRecord[]): Promise<void> {
  for (let at = 0; at < records.length; at += RECORDS_PER_CALL_MAX) {
    const part = records.slice(at, at + RECORDS_PER_CALL_MAX);
    const body = { records: part.map(({ bytes }) => toBase64Url(bytes)) };
    const { results } = await caller.call(trackerApi.putRecords, { body });
    const refused = results.find(({ status }) => status !== 'applied');
    if (refused) throw new Error(`the tracker refuses a record: ${refused.code} ${refused.text}`);
  }
}

/** opentracker as Debian packages it; undefined where it is not installed. It insists on giving up root's rights. */
export async function startOpentracker(
  stage: Stage,
): Promise<(Rival & { stop(): Promise<void> }) | undefined> {
  const program = ['/usr/bin/opentracker', '/usr/local/bin/opentracker'].find((path) => existsSync(path));
  if (program === undefined) return undefined;
  const folder = join(stage.folder, 'opentracker');
  mkdirSync(folder);
  chmodSync(stage.folder, 0o755);
  // It takes the folder for the root of all.
  const whitelist = 'whitelist.txt';
  writeFileSync(join(folder, whitelist), `${INFO_HASH.slice(0, 40)}\n`);
  const port = await freePort();
  const args = [
    '-i',
    '127.0.0.1',
    '-p',
    String(port),
    '-P',
    String(port),
    '-u',
    'nobody',
    '-d',
    folder,
    '-w',
    whitelist,
  ];
  const child: ChildProcess = spawn(program, args, { stdio: 'ignore' });
  await reachable(port);
  const stop = async (): Promise<void> => {
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  return { name: 'opentracker', pid: child.pid ?? 0, port, paths: ['/announce'], stop };
}

async function reachable(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const socket = connect(port, '127.0.0.1');
    const isOpen = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (isOpen) return;
    await sleep(systemClock, 100);
  }
  throw new Error(`nobody listens on port ${port}`);
}
