import { closeSync, openSync, readSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { type Clock, CommandError, every } from '../../base/index.ts';
import { logFile } from '../background/node-folder.ts';
import type { View } from '../output/output.ts';
import { untilAborted } from '../shell/stop-signals.ts';
import { formatDate } from '../text/format.ts';
import { outerCommand } from './outer-command.ts';

const LINES = 50;
/** Lines are shorter than this on average. */
const LINE_BYTES = 1_000;
const LOOK_MS = 500;
const READ_BYTES = 65_536;

export const nodeLog = outerCommand({
  name: 'node log',
  topic: 'The node in the background',
  params: [],
  options: {
    lines: { kind: 'count', short: 'n', value: 'n', summary: `so many of the last lines (${LINES})` },
    follow: { kind: 'flag', short: 'f', summary: 'go on with what comes, until Ctrl-C' },
  },
  summary: 'what it did and what happened',
  teaches: ['It is the file node.log in the data folder, JSON lines there; older ones are in node.log.1.'],
  example: 'node log --follow',
  async run({ target: { dataDir, stop }, options, out, clock, signal }) {
    const path = logFile(dataDir);
    const size = await stat(path).then(
      (stats) => stats.size,
      () => undefined,
    );
    if (size === undefined)
      throw new CommandError('FILE_NOT_FOUND', `${path}: no node has run with this data folder`);
    const wanted = options.lines ?? LINES;
    const last = await readFrom(path, Math.max(0, size - wanted * LINE_BYTES), size);
    const show = (text: string): void => out.rows(logView, linesOf(text).slice(-wanted));
    show(last);
    if (!options.follow) return { text: '', silent: true };
    const stopFollowing = follow(path, size, clock, (text) => out.rows(logView, linesOf(text)));
    await Promise.race([untilAborted(signal), untilAborted(stop.signal)]);
    stopFollowing();
    return { text: '', silent: true };
  },
});

interface LogLine {
  readonly line: string;
}

const linesOf = (text: string): LogLine[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ({ line }));

const logView: View<LogLine> = {
  plain: ({ line }) => [readable(line)],
  human: (rows) => rows.map(({ line }) => readable(line)),
};

const LEVELS: Readonly<Record<number, string>> = { 20: 'debug', 30: 'info', 40: 'WARN', 50: 'ERROR' };

/** `2026-03-07 14:05 info node.state state=logged-in`; what is no line of the log stays as it is. */
function readable(line: string): string {
  let entry: Record<string, unknown>;
  try {
    entry = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return line;
  }
  if (typeof entry !== 'object' || entry === null || typeof entry['time'] !== 'string') return line;
  const { time, level, event, pid: _, ...fields } = entry;
  const told = Object.entries(fields)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const seconds = String(time).slice(17, 19);
  return [
    `${formatDate(Date.parse(String(time)))}:${seconds}`,
    LEVELS[Number(level)] ?? '',
    String(event),
    ...told,
  ].join(' ');
}

async function readFrom(path: string, from: number, to: number): Promise<string> {
  const file = await open(path, 'r');
  try {
    const bytes = Buffer.alloc(to - from);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
    const text = bytes.subarray(0, bytesRead).toString('utf8');
    return from === 0 ? text : text.slice(text.indexOf('\n') + 1);
  } finally {
    await file.close();
  }
}

/** Tells whole lines as they come; begins anew where the file does. */
function follow(path: string, from: number, clock: Clock, tell: (text: string) => void): () => void {
  const file = openSync(path, 'r');
  const bytes = Buffer.alloc(READ_BYTES);
  let at = from;
  let pending = '';
  const look = (): void => {
    let count = readSync(file, bytes, 0, READ_BYTES, at);
    if (count === 0 && readSync(file, bytes, 0, 1, Math.max(0, at - 1)) === 0) at = 0; // it was begun anew
    while (count > 0) {
      at += count;
      const parts = (pending + bytes.toString('utf8', 0, count)).split('\n');
      pending = parts.pop() ?? '';
      tell(parts.join('\n'));
      count = readSync(file, bytes, 0, READ_BYTES, at);
    }
  };
  const stop = every(clock, LOOK_MS, look);
  return () => {
    stop();
    closeSync(file);
  };
}
