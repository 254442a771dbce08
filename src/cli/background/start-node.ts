import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Clock, CommandError, ERROR_CODES, type ErrorCode, diskError, sleep } from '../../base/index.ts';
import type { NodeState, RemoteNode } from '../../local/index.ts';
import { findNode, heldByShell, isHeld } from './find-node.ts';
import { logFile, trackersFile } from './node-folder.ts';
import type { NodeSettings } from './settings.ts';

/** A machine that has just booted may be slow; what the node says until then is told. */
const START_MS = 30_000;
/** A log-in takes a second or so. */
const SETTLE_MS = 10_000;
const LOOK_MS = 100;

export interface StartWish {
  readonly dataDir: string;
  /** What is to be otherwise than the last time. */
  readonly settings: Partial<NodeSettings>;
  /** Text of a list of trackers, if one was given. */
  readonly trackers: string | undefined;
}

export interface Started {
  /** False: it ran already. */
  readonly started: boolean;
  /** It ran without trackers, and has those of the wish now. */
  readonly setUp?: true;
  readonly state: NodeState;
}

/**
 * Starts the node of a data folder as a process of its own that outlives this one and its terminal, and waits until
 * it answers. Rejects with what the new process says is wrong.
 */
export async function startNode(wish: StartWish, clock: Clock, signal: AbortSignal): Promise<Started> {
  const running = await findNode(wish.dataDir);
  if (running !== undefined) {
    try {
      const state = await running.nodeStatus();
      if (wish.trackers === undefined || state.state !== 'not-set-up') return { started: false, state };
      return { started: false, setUp: true, state: await running.setUp({ trackers: wish.trackers }) };
    } finally {
      await running.close();
    }
  }
  if (await isHeld(wish.dataDir, clock)) throw heldByShell(wish.dataDir);
  await prepareNode(wish);
  return { started: true, state: await spawnNode(wish.dataDir, clock, signal) };
}

/** Keeps settings and trackers for the next start. */
export async function prepareNode({ dataDir, settings, trackers }: StartWish): Promise<void> {
  const [{ readSettings, writeSettings }, { writePrivateFile }] = await Promise.all([
    import('./settings.ts'),
    import('../../node/index.ts'),
  ]);
  await writeSettings(dataDir, { ...(await readSettings(dataDir)), ...settings });
  if (trackers !== undefined) await writePrivateFile(trackersFile(dataDir), trackers);
}

/** The words that start a node in the foreground: of this very program, by absolute paths. */
export const nodeWords = (dataDir: string): string[] => [
  process.execPath,
  fileURLToPath(new URL('../../../bin/mbt', import.meta.url)),
  'node',
  'run',
  '--data',
  dataDir,
];

async function spawnNode(dataDir: string, clock: Clock, signal: AbortSignal): Promise<NodeState> {
  const saidFrom = sizeOf(logFile(dataDir));
  const child = detach(dataDir);
  const deadlineMs = clock.nowMs() + START_MS;
  while (clock.nowMs() < deadlineMs && child.exitCode === null && child.signalCode === null) {
    await sleep(clock, LOOK_MS, signal);
    const node = await findNode(dataDir);
    if (node === undefined) continue;
    try {
      return await settled(node, clock, signal);
    } finally {
      await node.close();
    }
  }
  throw whatItSaid(dataDir, saidFrom);
}

/** Its state once it has tried to log in by what is remembered, or as it is when that takes long. */
async function settled(node: RemoteNode, clock: Clock, signal: AbortSignal): Promise<NodeState> {
  const deadlineMs = clock.nowMs() + SETTLE_MS;
  for (;;) {
    const state = await node.nodeStatus();
    if (state.state !== 'starting' || clock.nowMs() > deadlineMs) return state;
    await sleep(clock, LOOK_MS, signal);
  }
}

function detach(dataDir: string): ChildProcess {
  const [program = '', ...words] = nodeWords(dataDir);
  const log = openLogFile(dataDir);
  try {
    // A session of its own: the end of the terminal is none of its business.
    const child = spawn(program, [...words, '--quiet'], {
      cwd: dataDir,
      detached: true,
      stdio: ['ignore', log, log],
    });
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}

function openLogFile(dataDir: string): number {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    return openSync(logFile(dataDir), 'a', 0o600);
  } catch (error) {
    throw diskError(error, logFile(dataDir));
  }
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** The error with which it ended, from what it has written since. */
function whatItSaid(dataDir: string, from: number): CommandError {
  const said = readFileSync(logFile(dataDir)).subarray(from).toString('utf8');
  const [, code = '', text = ''] = [...said.matchAll(/^ERROR: ([A-Z_]+): (.*)$/gm)].at(-1) ?? [];
  if ((ERROR_CODES as readonly string[]).includes(code)) return new CommandError(code as ErrorCode, text);
  return new CommandError('INTERNAL', `the node does not start; what it said is in ${logFile(dataDir)}`);
}
