import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { systemCode, type Clock } from '../../base/index.ts';

const LINES_MAX = 100;
const LINE_CHARS_MAX = 1_000;
/** One that was asked to end gets so long before it is ended. */
const GRACE_MS = 2_000;

export interface RunOrder {
  /** A program; where `shell` is given, a line for that shell. */
  readonly command: string;
  readonly args: readonly string[];
  readonly shell: string | undefined;
  /** Besides the process's own environment. */
  readonly env: Readonly<Record<string, string>>;
  /** For its standard input. */
  readonly input: string;
  readonly limitMs: number;
  readonly clock: Clock;
  /** Lines of its standard output and error: the first hundred, a thousand characters of each. */
  readonly onLine: (line: string) => void;
}

/** Another program at work for this one. */
export interface Run {
  /** Resolves when it and all that writes for it have ended: to why it failed, if it did. Never rejects. */
  readonly failure: Promise<string | undefined>;
  /** Asks it and what it started to end, and ends them soon after. */
  end(): void;
}

/** Starts a program that may do what it likes but last longer than it may, or flood the log. */
export function boundedRun(order: RunOrder): Run {
  const { command, args, shell, env, clock } = order;
  const child: ChildProcess = spawn(command, args, {
    shell: shell ?? false,
    env: { ...process.env, ...env },
    stdio: 'pipe',
    // A process group of its own, so that what it starts can be ended with it.
    detached: process.platform !== 'win32',
    windowsHide: true,
  });
  const exit = exitOf(child);
  // Where no descriptor is left there are no pipes either, and an error follows.
  child.stdin?.on('error', () => undefined); // it need not read what it is told
  child.stdin?.end(order.input);
  passLines(outputsOf(child), order.onLine);
  let ended: string | undefined;
  let cancelKill = (): void => undefined;
  const end = (why: string): void => {
    if (ended !== undefined) return;
    ended = why;
    signalGroup(child, 'SIGTERM');
    cancelKill = clock.after(GRACE_MS, () => {
      signalGroup(child, 'SIGKILL');
      for (const output of outputsOf(child)) output.destroy();
    });
  };
  const cancelLimit = clock.after(order.limitMs, () => end(`it took longer than ${order.limitMs / 1_000} s`));
  const failure = exit.then((reason) => {
    cancelLimit();
    cancelKill();
    return ended ?? reason;
  });
  return { failure, end: () => end('the node ends') };
}

const outputsOf = ({ stdout, stderr }: ChildProcess): Readable[] =>
  [stdout, stderr].filter((output) => Boolean(output)) as Readable[];

/** Resolves when the program has ended and its output is closed, to what was wrong. */
function exitOf(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    child.once('error', (error) =>
      resolve(systemCode(error) === 'ENOENT' ? 'there is no such program' : error.message),
    );
    child.once('close', (code, signal) => {
      if (code === 0) resolve(undefined);
      else resolve(signal === null ? `exit code ${code}` : `ended by ${signal}`);
    });
  });
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch (error) {
    // Nobody is left of it.
    if (systemCode(error) !== 'ESRCH') throw error;
  }
}

function passLines(streams: readonly Readable[], onLine: (line: string) => void): void {
  let left = LINES_MAX;
  const pass = (line: string): void => {
    if (line === '' || left === 0) return;
    left -= 1;
    onLine(line.slice(0, LINE_CHARS_MAX));
  };
  for (const stream of streams) {
    const decoder = new StringDecoder('utf8');
    let begun = '';
    stream.on('data', (bytes: Buffer) => {
      const lines = (begun + decoder.write(bytes)).split('\n');
      begun = (lines.pop() ?? '').slice(0, LINE_CHARS_MAX);
      for (const line of lines) pass(line.trimEnd());
    });
    stream.on('end', () => pass(begun.trimEnd()));
    stream.on('error', () => undefined);
  }
}
