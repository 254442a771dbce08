import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { type FakeNode, fakeNode } from '../../../test/support/fake-node.ts';
import { PseudoTerminal } from '../../../test/support/pseudo-terminal.ts';
import { CommandError, deferred } from '../../base/index.ts';
import { runClient } from '../client.ts';
import type { StopSignals } from './stop-signals.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mbt-shell-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** The client at a terminal over a fake node, as it stands at its first prompt. */
class Session {
  readonly terminal: PseudoTerminal;
  readonly clock = new FakeClock();
  readonly node: FakeNode;
  readonly exited: Promise<number>;
  /** What wants to hear that the process goes on after a stop. */
  readonly resumed = new Set<() => void>();
  readonly #stopping = new AbortController();

  constructor(answers: Parameters<typeof fakeNode>[0] = {}, columns = 80) {
    this.terminal = new PseudoTerminal(columns);
    const status = async () => ({ ...(await fakeNode().status()), dataDir: folder });
    this.node = fakeNode({ status, ...answers });
    const { input, output } = this.terminal;
    const stop: StopSignals = {
      signal: this.#stopping.signal,
      exitCode: () => (this.#stopping.signal.aborted ? 143 : undefined),
      stop: () => this.#stopping.abort(),
      close: () => undefined,
    };
    const onResume = (listener: () => void): (() => void) => {
      this.resumed.add(listener);
      return () => this.resumed.delete(listener);
    };
    const streams = { input, output, terminalType: 'xterm', inForeground: true, onResume };
    const face = { json: false, stay: false };
    this.exited = runClient({ node: this.node, face, streams, stop, clock: this.clock });
  }

  terminate(): void {
    this.#stopping.abort();
  }
  type(text: string): void {
    this.terminal.type(text);
  }
  /** Resolves when the last line of the screen is `line`, the cursor at its end. */
  line(line: string): Promise<void> {
    const { screen } = this.terminal;
    return screen.until(() => screen.beforeCursor().trimEnd() === line.trimEnd());
  }
  sees(text: string): Promise<void> {
    return this.terminal.screen.until((screen) => screen.includes(text));
  }
  /** What stands on the screen after the greeting. */
  lines(): string[] {
    return this.terminal.screen.lines().slice(2);
  }
}

const LOGIN = { login: async (user: string) => ({ user, shares: 0, downloads: 0 }) };
const heedsStop = (_seconds: number | undefined, signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(new CommandError('INTERRUPTED', 'stopped waiting'))),
  );

test('greets, prompts, runs commands, names the user in the prompt, leaves', async () => {
  const session = new Session({ ...LOGIN, logout: async () => undefined });
  await session.line('mbt> ');
  expect(session.terminal.screen.lines()[0]).toContain('Peers connect to 127.0.0.1:6881');
  expect(session.terminal.rawMode).toBe(true);
  session.type('login anna pw\r');
  await session.line('anna> ');
  session.type('logout\r');
  await session.line('mbt> ');
  session.type('quit\r');
  expect(await session.exited).toBe(0);
  expect(session.lines()).toEqual([
    'mbt> login anna pw',
    'SUCCESS: logged in as anna; 0 shares, 0 unfinished downloads',
    'anna> logout',
    'SUCCESS: logged out',
    'mbt> quit',
    'SUCCESS: bye',
    '',
  ]);
  expect(session.node.asked.at(-1)).toBe('close');
  expect(session.terminal.rawMode).toBe(false);
});

describe('news', () => {
  test('appear above what is being typed, which stays as it was', async () => {
    const session = new Session();
    await session.line('mbt> ');
    session.type('list_fles band\x1b[D\x1b[D\x1b[D\x1b[D\x1b[D\x1b[D\x1b[D\x1b[D');
    await session.line('mbt> list_f');
    session.node.tell({ type: 'notice', text: 'ben asks to join band' });
    session.node.tell({ type: 'complete', group: 'band', file: 'a b.txt', path: '/x/a b.txt' });
    await session.line('mbt> list_f');
    expect(session.lines()).toEqual([
      'NOTICE: ben asks to join band',
      'COMPLETE: [band] a b.txt -> /x/a b.txt',
      'mbt> list_fles band',
    ]);
    session.type('i');
    await session.line('mbt> list_fi');
    expect(session.lines().at(-1)).toBe('mbt> list_files band');
    session.terminate();
    await session.exited;
  });

  test('do not tear a line that is wider than the screen, nor news that are', async () => {
    const session = new Session({}, 20);
    await session.line('mbt> ');
    const typed = `join_group ${'abcdefghij'.repeat(4)}`;
    session.type(typed);
    await session.sees('hij');
    await session.terminal.screen.until(
      (text) => text.endsWith('abcdefghij'.slice(-6)) || text.includes('fghij'),
    );
    for (const text of ['one', 'a text of more than twenty characters'])
      session.node.tell({ type: 'warning', text });
    const whole = session.terminal.screen.lines().join('');
    expect(whole).toContain('WARNING: one');
    expect(whole.endsWith(`mbt> ${typed}`)).toBe(true);
    expect(whole.split('mbt> ').length).toBe(2);
    session.terminate();
    await session.exited;
  });

  test('appear above the bars of a running command', async () => {
    const progress = deferred<(progress: { doneBytes: number; totalBytes: number }) => void>();
    const end = deferred<void>();
    const session = new Session({
      async uploadFile(_path, _group, onProgress) {
        progress.resolve(onProgress);
        await end.promise;
        return { file: 'f', content: 'c', infoHash: 'i', size: 1000, files: 1, leftOut: [] };
      },
    });
    await session.line('mbt> ');
    session.type('upload_file /f band\r');
    const onProgress = await progress.promise;
    session.clock.advance(1000);
    onProgress({ doneBytes: 500, totalBytes: 1000 });
    session.node.tell({ type: 'notice', text: 'hello' });
    expect(session.lines().slice(0, 3)).toEqual([
      'mbt> upload_file /f band',
      'NOTICE: hello',
      expect.stringMatching(/^reading \/f +████████░░░░░░░░░ +50% {2}500 B\/s {2}1 s left$/),
    ]);
    end.resolve();
    await session.line('mbt> ');
    expect(session.lines()).toEqual([
      'mbt> upload_file /f band',
      'NOTICE: hello',
      'SUCCESS: sharing f in band (1.0 KiB)',
      'mbt>',
    ]);
    session.terminate();
    await session.exited;
  });
});

describe('Ctrl-C', () => {
  test('stops the running command and comes back to the prompt', async () => {
    const session = new Session({ waitDownloads: heedsStop, showDownloads: async () => [] });
    await session.line('mbt> ');
    session.type('wait_downloads\r');
    await session.line('');
    await expect.poll(() => session.node.asked).toContain('waitDownloads');
    session.type('\x03');
    await session.line('mbt> ');
    expect(session.lines().slice(-2)).toEqual([
      'ERROR: INTERRUPTED: stopped waiting; the downloads go on',
      'mbt>',
    ]);
    session.type('quit\r');
    expect(await session.exited).toBe(0);
  });

  test('empties the line; twice at an empty one leaves', async () => {
    const session = new Session();
    await session.line('mbt> ');
    session.type('list_gro');
    await session.line('mbt> list_gro');
    session.type('\x03');
    await session.line('mbt> ');
    session.type('\x03');
    await session.sees('Ctrl-C again');
    session.type('\x03');
    expect(await session.exited).toBe(0);
    expect(session.node.asked).toEqual(['close']);
  });

  test('a line emptied, or a command stopped, is not the first of the two that leave', async () => {
    const session = new Session({ waitDownloads: heedsStop });
    await session.line('mbt> ');
    session.type('wait_downloads\r');
    await expect.poll(() => session.node.asked).toContain('waitDownloads');
    session.type('\x03');
    await session.sees('INTERRUPTED');
    await session.line('mbt> ');
    session.type('\x03');
    await session.sees('Ctrl-C again');
    session.type('list_gro');
    await session.line('mbt> list_gro');
    session.type('\x03');
    await session.line('mbt> ');
    session.type('\x03');
    await session.terminal.screen.until((screen) => screen.split('Ctrl-C again').length === 3);
    session.type('\x03');
    expect(await session.exited).toBe(0);
  });

  test('twice leaves also while a command runs that heeds nothing', async () => {
    const session = new Session({ listGroups: () => new Promise(() => undefined) });
    await session.line('mbt> ');
    session.type('list_groups\r');
    await expect.poll(() => session.node.asked).toContain('listGroups');
    session.type('\x03');
    session.type('\x03');
    expect(await session.exited).toBe(0);
  });
});

test('stopped and gone on, it takes the keys one by one again, and shows what was typed', async () => {
  const session = new Session();
  await session.line('mbt> ');
  session.type('list_gro');
  await session.line('mbt> list_gro');
  session.terminal.input.setRawMode(false); // what a job-control shell does
  session.terminal.output.write('\r\n$ fg\r\n');
  session.resumed.forEach((listener) => listener());
  expect(session.terminal.rawMode).toBe(true);
  await session.line('mbt> list_gro');
  expect(session.lines()).toEqual(['mbt> list_gro', '$ fg', 'mbt> list_gro']);
  session.terminate();
  await session.exited;
  expect(session.resumed.size).toBe(0);
});

describe('passwords', () => {
  test('are asked for unseen, and remembered nowhere', async () => {
    const session = new Session(LOGIN);
    await session.line('mbt> ');
    session.type('login anna\r');
    await session.line('Password: ');
    session.type('sec');
    session.node.tell({ type: 'notice', text: 'meanwhile' });
    session.type('ret\x7ft\r');
    await session.line('anna> ');
    session.type('login ben hunter2\r');
    await session.line('ben> ');
    expect(session.node.asked).toEqual(['login anna secret', 'login ben hunter2']);
    expect(session.lines()).toEqual([
      'mbt> login anna',
      'NOTICE: meanwhile',
      'Password:',
      'SUCCESS: logged in as anna; 0 shares, 0 unfinished downloads',
      'anna> login ben hunter2',
      'SUCCESS: logged in as ben; 0 shares, 0 unfinished downloads',
      'ben>',
    ]);
    expect(session.terminal.raw).not.toContain('sec');
    session.type('\x1b[A');
    await session.line('ben> login ben');
    session.type('\x1b[A');
    await session.line('ben> login anna');
    session.type('\x03\x04');
    expect(await session.exited).toBe(0);
    expect(await readFile(join(folder, 'history'), 'utf8')).toBe('login anna\nlogin ben\n');
  });

  test.each(['\x03', '\x04'])('%j at the question goes back to the prompt', async (key) => {
    const session = new Session();
    await session.line('mbt> ');
    session.type('create_user anna\r');
    await session.line('New password: ');
    session.type(key);
    await session.line('mbt> ');
    expect(session.lines()).toContain('ERROR: INTERRUPTED: nothing was done');
    session.terminate();
    await session.exited;
    expect(session.node.asked).toEqual(['close']);
  });
});

test('lines typed ahead run in order', async () => {
  const session = new Session({ createGroup: async () => undefined });
  await session.line('mbt> ');
  session.type('create_group a\rcreate_group b\rquit\r');
  expect(await session.exited).toBe(0);
  expect(session.node.asked).toEqual(['createGroup a', 'createGroup b', 'close']);
});

test('what is typed after a Tab does not overtake its completion', async () => {
  const session = new Session({
    completions: async (kind) => (kind === 'group' ? ['band'] : ['ben']),
    acceptRequest: async () => undefined,
  });
  await session.line('mbt> ');
  session.type('acc\tba\tb\t\rquit\r');
  expect(await session.exited).toBe(0);
  expect(session.node.asked).toEqual(['acceptRequest band ben', 'close']);
});

test('Tab completes', async () => {
  const session = new Session({ completions: async () => ['Japan Tour.jpg'] });
  await session.line('mbt> ');
  session.type('list_m\t');
  await session.line('mbt> list_members');
  session.type('\x03');
  await session.line('mbt> ');
  session.type('stop_share band J\t');
  await session.line(String.raw`mbt> stop_share band Japan\ Tour.jpg`);
  session.type('\x03');
  session.terminate();
  await session.exited;
});

test('Ctrl-D lets the running command end, then leaves', async () => {
  const groups = deferred<[]>();
  const session = new Session({ listGroups: () => groups.promise });
  await session.line('mbt> ');
  session.type('list_groups\r');
  await expect.poll(() => session.node.asked).toContain('listGroups');
  session.type('\x04');
  groups.resolve([]);
  expect(await session.exited).toBe(0);
  expect(session.lines()).toContain('SUCCESS: 0 groups');
});

test('a terminal that goes away, or a signal, ends it cleanly', async () => {
  const gone = new Session();
  await gone.line('mbt> ');
  gone.terminal.input.end();
  expect(await gone.exited).toBe(0);
  const terminated = new Session();
  await terminated.line('mbt> ');
  terminated.terminate();
  expect(await terminated.exited).toBe(143);
  expect(terminated.node.asked).toEqual(['close']);
});
