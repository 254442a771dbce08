import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { type FakeNode, fakeNode } from '../../test/support/fake-node.ts';
import { TextSink } from '../../test/support/pseudo-terminal.ts';
import { CommandError, deferred } from '../base/index.ts';
import { runClient } from './client.ts';
import type { StopSignals } from './shell/stop-signals.ts';

const NOTHING_TO_WAIT_FOR = {
  waitDownloads: async () => ({ complete: 0 }),
  createGroup: async () => undefined,
};

/** The client behind a pipe. */
function piped(node: FakeNode, options: { json?: boolean; stay?: boolean } = {}) {
  const input = new PassThrough();
  const output = new TextSink();
  const stopping = new AbortController();
  const stop: StopSignals = {
    signal: stopping.signal,
    exitCode: () => (stopping.signal.aborted ? 130 : undefined),
    stop: () => stopping.abort(),
    close: () => undefined,
  };
  const face = { json: false, stay: false, ...options };
  const streams = { input, output, terminalType: 'xterm', inForeground: true };
  const exited = runClient({ node, face, streams, stop, clock: new FakeClock() });
  return { input, output, exited, interrupt: () => stopping.abort() };
}

test('runs lines in order, without a prompt, then waits for downloads and leaves with 0', async () => {
  const node = fakeNode(NOTHING_TO_WAIT_FOR);
  const { input, output, exited } = piped(node);
  input.end('\ufeffcreate_group a\r\n\n# note\ncreate_group "b c"\ncreate_group d');
  expect(await exited).toBe(0);
  expect(node.asked).toEqual(['createGroup a', 'createGroup b c', 'createGroup d', 'waitDownloads', 'close']);
  expect(output.lines().map((line) => line.slice(0, 8))).toEqual(['SUCCESS:', 'SUCCESS:', 'SUCCESS:']);
});

test('a line is run as soon as it is there, however it is cut', async () => {
  const node = fakeNode(NOTHING_TO_WAIT_FOR);
  const { input, exited } = piped(node);
  const bytes = Buffer.from('create_group é\n');
  for (const byte of bytes) input.write(Buffer.of(byte));
  await expect.poll(() => node.asked).toEqual(['createGroup é']);
  input.end();
  expect(await exited).toBe(0);
});

test.each([
  {
    why: 'a command failed',
    lines: 'nonsense\ncreate_group a\n',
    asked: ['createGroup a', 'waitDownloads', 'close'],
  },
  { why: 'a password is missing', lines: 'login anna\n', asked: ['waitDownloads', 'close'] },
])('leaves with 1 when $why, having run the rest', async ({ lines, asked }) => {
  const node = fakeNode(NOTHING_TO_WAIT_FOR);
  const { input, exited } = piped(node);
  input.end(lines);
  expect(await exited).toBe(1);
  expect(node.asked).toEqual(asked);
});

test.each([
  { why: 'nobody is logged in', error: new CommandError('NOT_LOGGED_IN', 'x'), code: 0, said: '' },
  {
    why: 'a download failed',
    error: new CommandError('DOWNLOAD_FAILED', 'x'),
    code: 1,
    said: 'ERROR: DOWNLOAD_FAILED: x\n',
  },
])('at the end of the input: $why', async ({ error, code, said }) => {
  const node = fakeNode({ waitDownloads: () => Promise.reject(error) });
  const { input, output, exited } = piped(node);
  input.end();
  expect([await exited, output.text]).toEqual([code, said]);
});

test('a download that failed before the end counts, too', async () => {
  const node = fakeNode(NOTHING_TO_WAIT_FOR);
  const { input, output, exited } = piped(node);
  node.tell({ type: 'failed', group: 'band', file: 'f', code: 'NO_SPACE', text: 'free some' });
  input.end();
  expect(await exited).toBe(1);
  expect(output.text).toBe('FAILED: [band] f: NO_SPACE: free some\n');
});

test('quit leaves without waiting and without running the rest', async () => {
  const node = fakeNode();
  const { input, exited } = piped(node, { stay: true });
  input.write('quit\ncreate_group a\n');
  expect(await exited).toBe(0);
  expect(node.asked).toEqual(['close']);
});

test('--stay keeps the node open until a signal, which then is no failure', async () => {
  const node = fakeNode(NOTHING_TO_WAIT_FOR);
  const { input, exited, interrupt } = piped(node, { stay: true });
  input.end('create_group a\n');
  await expect.poll(() => node.asked).toEqual(['createGroup a', 'waitDownloads']);
  await new Promise((resolve) => setImmediate(resolve));
  expect(node.asked).not.toContain('close');
  interrupt();
  expect(await exited).toBe(0);
  expect(node.asked.at(-1)).toBe('close');
});

test('a signal stops the running command, and nothing after it runs', async () => {
  const asked = deferred<void>();
  const node = fakeNode({
    waitDownloads: (_seconds, signal) =>
      new Promise((_, reject) => {
        asked.resolve();
        signal.addEventListener('abort', () => reject(new CommandError('INTERRUPTED', 'stopped')));
      }),
  });
  const { input, output, exited, interrupt } = piped(node);
  input.write('wait_downloads\ncreate_group a\n');
  await asked.promise;
  interrupt();
  expect(await exited).toBe(130);
  expect(output.text).toBe('ERROR: INTERRUPTED: stopped waiting; the downloads go on\n');
  expect(node.asked).toEqual(['waitDownloads', 'close']);
});

test('a signal ends the waiting for a line that never comes', async () => {
  const node = fakeNode();
  const { exited, interrupt } = piped(node);
  interrupt();
  expect(await exited).toBe(130);
});

test('a line without end is refused without being kept', async () => {
  const node = fakeNode(NOTHING_TO_WAIT_FOR);
  const { input, output, exited } = piped(node);
  for (let i = 0; i < 40; i += 1) input.write('create_group '.padEnd(8192, 'x'));
  input.end('\ncreate_group a\n');
  expect(await exited).toBe(1);
  expect(output.lines()[0]).toMatch(/^ERROR: INVALID_ARGUMENTS: the line is longer/);
  expect(node.asked[0]).toBe('createGroup a');
});
