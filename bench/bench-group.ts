import { existsSync, readFileSync } from 'node:fs';
import { systemClock } from '../src/base/index.ts';
import { Client } from '../scripts/demo/client.ts';
import { Stage } from '../scripts/demo/stage.ts';
import { Trackers } from '../scripts/demo/tracker.ts';

export const GROUP = 'bench';
const PASSWORD = 'benches-stand-in-the-park-9';

/** Real clients, logged in and in one group, and their trackers. */
export interface BenchGroup {
  readonly stage: Stage;
  readonly trackers: Trackers;
  /** The owner first. */
  readonly clients: readonly Client[];
}

/** Starts two trackers and a client for each name; the first owns the group. */
export async function openGroup(stage: Stage, names: readonly string[]): Promise<BenchGroup> {
  const trackers = await Trackers.startAll(stage, systemClock, 2);
  const clients = await Promise.all(names.map((name) => openClient(stage, trackers.file, name)));
  const [owner, ...others] = clients;
  await owner?.must('create_group', GROUP);
  for (const other of others) {
    await other.must('join_group', GROUP);
    await owner?.must('accept_request', GROUP, other.name);
  }
  return { stage, trackers, clients };
}

async function openClient(stage: Stage, trackersFile: string, name: string): Promise<Client> {
  const dataFolder = await stage.makeFolder('clients', name);
  const client = startClient(stage, trackersFile, name, dataFolder);
  await client.must('create_user', name, PASSWORD);
  await logIn(client);
  return client;
}

export function startClient(stage: Stage, trackersFile: string, name: string, dataFolder: string): Client {
  return new Client({ stage, clock: systemClock, trackersFile, name, dataFolder });
}

export async function logIn(client: Client): Promise<void> {
  await client.must('login', client.name, PASSWORD);
}

/** Resident memory of a process, MiB; 0 where the system doesn't say. `peak`: the most it ever was. */
export function residentMib(pid: number | undefined, peak = false): number {
  if (pid === undefined || !existsSync(`/proc/${pid}/status`)) return 0;
  const line = peak ? /VmHWM:\s+(\d+) kB/ : /VmRSS:\s+(\d+) kB/;
  return Number(line.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}

/** Processor time that a process has used, all its threads, in seconds. */
export function cpuSeconds(pid: number | undefined): number {
  if (pid === undefined || !existsSync(`/proc/${pid}/stat`)) return 0;
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  const TICKS_PER_SECOND = 100;
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Runs `work` on a stage of its own, in memory where there is a file system for that and `onDisk` is not asked for. */
export async function onStage(
  root: string,
  work: (stage: Stage) => Promise<void>,
  onDisk = false,
): Promise<number> {
  if (!onDisk && existsSync('/dev/shm')) process.env['TMPDIR'] ??= '/dev/shm';
  const stage = new Stage(root);
  try {
    await work(stage);
    return 0;
  } finally {
    await stage.close();
  }
}
