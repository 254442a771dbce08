import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { PseudoTerminal, TextSink } from '../../test/support/pseudo-terminal.ts';
import type { Tracker, TrackerStatus } from '../tracker/index.ts';
import { isInForeground } from './shell/foreground.ts';
import type { Streams } from './shell/streams.ts';
import { runTrackerConsole } from './tracker-console.ts';

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'mbt-console-'));
});
afterAll(() => rm(dataDir, { recursive: true }));

const OTHER = { address: '10.0.0.3:7000', state: 'connected' } as const;

/** A console over a tracker that does nothing but count how often it was closed. */
function consoleOn(
  streams: Pick<Streams, 'input' | 'output'>,
  inForeground = true,
  others: TrackerStatus['others'] = [OTHER],
) {
  const stopping = new AbortController();
  const calls: string[] = [];
  const tracker: Tracker = {
    address: '10.0.0.2:7000',
    status: async () => ({
      address: '10.0.0.2:7000',
      line: 1,
      cluster: 'abcd',
      dataDir,
      records: 7,
      usersOnline: 2,
      eventStreams: 3,
      announce: 'http://127.0.0.1:6969',
      programsAnnouncing: 2,
      others,
    }),
    sync: async () => [{ ...OTHER, fetched: 5 }],
    close: async () => void calls.push('close'),
  };
  const stop = {
    signal: stopping.signal,
    exitCode: () => undefined,
    stop: () => stopping.abort(),
    close: () => undefined,
  };
  const all = { ...streams, terminalType: 'xterm', inForeground };
  const exited = runTrackerConsole(tracker, all, stop, new FakeClock());
  return { calls, exited, terminate: () => stopping.abort() };
}

test('behind a pipe: answers, outlives the end of its input, and ends cleanly by a signal', async () => {
  const input = new PassThrough();
  const output = new TextSink();
  const { calls, exited, terminate } = consoleOn({ input, output });
  input.end('status\nsync\nupload_file a b\n');
  await expect.poll(() => output.lines().length).toBe(15);
  expect(output.lines()).toEqual([
    'SUCCESS: tracker 1 listening on 10.0.0.2:7000',
    'tracker\t1',
    'listening\t10.0.0.2:7000',
    'cluster\tabcd',
    `data\t${dataDir}`,
    'records\t7',
    'users_online\t2',
    'event_streams\t3',
    'announce\thttp://127.0.0.1:6969',
    'programs_announcing\t2',
    'other\t10.0.0.3:7000\tconnected',
    'SUCCESS: tracker 1; 1 other in the list',
    '10.0.0.3:7000\tconnected\t5\t-',
    'SUCCESS: 5 records fetched; 1 of 1 tracker reached',
    expect.stringMatching(/^ERROR: UNKNOWN_COMMAND: /),
  ]);
  expect(calls).toEqual([]);
  terminate();
  expect([await exited, calls]).toEqual([0, ['close']]);
});

test('quit stops it', async () => {
  const input = new PassThrough();
  const { calls, exited } = consoleOn({ input, output: new TextSink() });
  input.write('quit\n');
  expect([await exited, calls]).toEqual([0, ['close']]);
});

test('at a terminal Ctrl-D ends nothing; Ctrl-C twice does', async () => {
  const terminal = new PseudoTerminal();
  const { calls, exited } = consoleOn(terminal);
  const prompted = (): boolean => terminal.screen.beforeCursor() === 'tracker 1> ';
  await terminal.screen.until(prompted);
  terminal.type('\x04');
  await terminal.screen.until((text) => text.includes('the tracker goes on') && prompted());
  terminal.type('status\r');
  await terminal.screen.until((text) => text.includes('SUCCESS: tracker 1; 1 other'));
  expect(calls).toEqual([]);
  terminal.type('\x03\x03');
  expect([await exited, calls]).toEqual([0, ['close']]);
});

test('a terminal that goes away ends nothing by itself', async () => {
  const terminal = new PseudoTerminal();
  const { calls, exited, terminate } = consoleOn(terminal);
  await terminal.screen.until(() => terminal.screen.beforeCursor() === 'tracker 1> ');
  terminal.input.end();
  await terminal.screen.until((text) => text.endsWith('\n'));
  expect(calls).toEqual([]);
  terminate();
  expect(await exited).toBe(0);
});

test('in the background it leaves the terminal alone', async () => {
  const terminal = new PseudoTerminal();
  const { exited, terminate } = consoleOn(terminal, false);
  await terminal.screen.until((text) => text.includes('listening'));
  terminal.type('quit\r');
  await new Promise((resolve) => setImmediate(resolve));
  expect([terminal.rawMode, terminal.screen.text().includes('>')]).toEqual([false, false]);
  terminate();
  expect(await exited).toBe(0);
});

test.each([
  { why: 'the terminal is ours', stat: '12 (mbt (x) y) S 1 12 12 34816 12 4194304', is: true },
  { why: 'another has it', stat: '12 (node) S 1 12 10 34816 10 4194304', is: false },
])('foreground: $why', ({ stat, is }) => {
  expect(isInForeground(() => stat)).toBe(is);
});

test('foreground: where it cannot be known, yes', () => {
  const unreadable = (): string => {
    throw new Error('ENOENT');
  };
  expect(isInForeground(unreadable)).toBe(true);
});

test('another of the list that is of another cluster is told at the start and by status', async () => {
  const input = new PassThrough();
  const output = new TextSink();
  const stranger = {
    ...OTHER,
    state: 'different_cluster',
    fault: 'another issuer: copy cluster.key',
  } as const;
  const { exited } = consoleOn({ input, output }, true, [OTHER, stranger]);
  input.end('status\nquit\n');
  await exited;
  const told = 'WARNING: DIFFERENT_CLUSTER: 10.0.0.3:7000: another issuer: copy cluster.key';
  expect(output.lines()[1]).toBe(told);
  expect(output.lines().filter((line) => line === told)).toHaveLength(2);
});
