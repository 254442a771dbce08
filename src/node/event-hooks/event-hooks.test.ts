import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { silentLogger, sleep, systemClock, type Logger } from '../../base/index.ts';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import type { NodeEvent } from '../commands.ts';
import { boundedRun } from './bounded-run.ts';
import { desktopProgram, type DesktopCall } from './desktop.ts';
import { DesktopNotes } from './desktop-notes.ts';
import { openEventHooks, type EventHooks } from './event-hooks.ts';

const COMPLETE: NodeEvent = { type: 'complete', group: 'lab', file: 'a b.bin', path: '/x/a b.bin' };
const REQUEST: NodeEvent = { type: 'notice', text: 'bob asks', about: 'request', group: 'lab', user: 'bob' };

let folder: string;
let warnings: string[];
let lines: string[];
let dropped: number;
let listeners: ((event: NodeEvent) => void)[];
let hooks: EventHooks | undefined;

const log: Logger = {
  ...silentLogger,
  info: (_event, fields) => void lines.push(String(fields?.['line'])),
  warn: (event) => void (dropped += event === 'hook.dropped' ? 1 : 0),
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hooks-'));
  warnings = [];
  lines = [];
  dropped = 0;
  listeners = [];
});

afterEach(async () => {
  await hooks?.close();
  hooks = undefined;
  await rm(folder, { recursive: true });
});

const tell = (event: NodeEvent): void => listeners.forEach((listener) => listener(event));

function open(command: string): EventHooks {
  hooks = openEventHooks(
    { command, desktop: false },
    {
      onEvent: (listener) => {
        listeners.push(listener);
        return () => void listeners.splice(listeners.indexOf(listener), 1);
      },
      clock: systemClock,
      log,
      warn: (text) => void warnings.push(text),
    },
  );
  return hooks;
}

/** Whether a process is there and no mere entry that nobody has collected yet. */
function isAtWork(pid: string | undefined): boolean {
  try {
    process.kill(Number(pid), 0);
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

async function until(holds: () => boolean): Promise<void> {
  for (const endMs = systemClock.nowMs() + 20_000; !holds(); await sleep(systemClock, 5)) {
    if (systemClock.nowMs() > endMs)
      throw new Error(`it never came about: ${JSON.stringify({ warnings, lines })}`);
  }
}

describe('the command of the user', () => {
  test('it gets the event as a line of JSON, its kind in the environment, and its output goes to the log', async () => {
    open(`cat > "${folder}/$MBT_EVENT.json"; echo "told of $MBT_EVENT"; echo trouble >&2`);
    tell(COMPLETE);
    tell(REQUEST);
    await until(() => lines.length === 4);
    const kept = async (name: string) => (await readFile(join(folder, name), 'utf8')).split('\n');
    expect(await kept('complete.json')).toEqual([JSON.stringify(COMPLETE), '']);
    expect(await kept('request.json')).toEqual([JSON.stringify(REQUEST), '']);
    expect(lines.toSorted()).toEqual(['told of complete', 'told of request', 'trouble', 'trouble']);
    expect(warnings).toEqual([]);
  });

  test('it hears only of what people wait for', async () => {
    open('echo heard');
    tell({ type: 'notice', text: 'nothing special' });
    tell({ type: 'notice', text: 'x is y now', about: 'renamed' });
    tell({ type: 'warning', text: 'look out', about: 'key-changed' });
    await until(() => lines.length > 0);
    await hooks?.close();
    expect(lines).toEqual(['heard']);
  });

  test('a failure is told once, until it has succeeded again', async () => {
    const flag = join(folder, 'fail');
    await writeFile(flag, '');
    open(`echo ran; test ! -e '${flag}' || exit 3`);
    tell(COMPLETE);
    await until(() => warnings.length === 1);
    expect(warnings[0]).toMatch(/--on-event.*'complete': exit code 3/);
    tell(COMPLETE);
    await until(() => lines.length === 2);
    await rm(flag);
    tell(COMPLETE);
    await until(() => lines.length === 3);
    await hooks?.close();
    expect(warnings).toHaveLength(1);
  });

  test('one that is not there is a failure like others', async () => {
    open('/nowhere/at-all');
    tell(COMPLETE);
    await until(() => warnings.length === 1);
    expect(warnings[0]).toMatch(/exit code 127/);
  });

  test('four run at once, a hundred wait, more are dropped with a word in the log', async () => {
    const go = join(folder, 'go');
    open(`echo begun; while test ! -e '${go}'; do sleep 0.01; done`);
    for (let at = 0; at < 110; at += 1) tell(COMPLETE);
    await until(() => lines.length === 4);
    expect(dropped).toBe(6);
    await writeFile(go, '');
    await until(() => lines.length === 104);
  });

  test('a closing node waits a little, then ends what was started, children as well', async () => {
    open(`echo $$; sleep 300 & echo $!; sleep 300`);
    tell(COMPLETE);
    await until(() => lines.length === 2);
    await hooks?.close();
    expect(lines.map(isAtWork)).toEqual([false, false]);
    expect(warnings).toEqual([]);
  });

  test('one that takes too long is ended, though it would rather not', async () => {
    const said: string[] = [];
    const clock = new FakeClock();
    const run = boundedRun({
      command: `trap 'echo no' TERM; echo $$; while true; do sleep 0.05; done`,
      args: [],
      shell: '/bin/sh',
      env: {},
      input: 'it reads nothing\n'.repeat(100_000),
      limitMs: 100,
      clock,
      onLine: (line) => void said.push(line),
    });
    await until(() => said.length > 0);
    clock.advance(100);
    await until(() => said.includes('no'));
    clock.advance(2_000);
    expect(await run.failure).toBe('it took longer than 0.1 s');
    expect(isAtWork(said[0])).toBe(false);
  });

  test('output without end is cut: a hundred lines, a thousand characters each', async () => {
    open(`yes 0123456789 | head -1000; head -c 100000 /dev/zero | tr '\\0' x`);
    tell(COMPLETE);
    await until(() => lines.length >= 100);
    await hooks?.close();
    expect(lines).toHaveLength(100);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(1_000);
  });
});

describe('the desktop', () => {
  const bus = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/x' };

  test('texts are arguments, and mean nothing but themselves', () => {
    const call = desktopProgram('linux', bus)?.('Mini', '<b>$(rm) & \\n "x"</b>');
    expect(call).toEqual({
      command: 'notify-send',
      args: ['--app-name=Mini-BitTorrent', '--', 'Mini', '&lt;b&gt;$(rm) &amp; \\\\n "x"&lt;/b&gt;'],
    });
    const apple = desktopProgram('darwin', {})?.('Mini', '" & do shell script "x');
    expect(apple?.command).toBe('osascript');
    expect(apple?.args.slice(-2)).toEqual(['Mini', '" & do shell script "x']);
  });

  test.each([
    { why: 'a bus that is named', platform: 'linux', env: bus, found: true },
    { why: 'a bus in its usual place', platform: 'linux', env: { XDG_RUNTIME_DIR: '/run/1' }, found: true },
    { why: 'no session', platform: 'linux', env: {}, found: false },
    { why: 'another place', platform: 'linux', env: { XDG_RUNTIME_DIR: '/run/2' }, found: false },
    { why: 'another system', platform: 'win32', env: bus, found: false },
  ] as const)('is it there? $why', ({ platform, env, found }) => {
    const program = desktopProgram(platform, env, (path) => path === '/run/1/bus');
    expect(program !== undefined).toBe(found);
  });

  function notes(failure?: string) {
    const shown: string[] = [];
    const clock = new FakeClock();
    const start = (call: DesktopCall) => {
      shown.push(call.args[0] ?? '');
      return { failure: Promise.resolve(failure), end: () => undefined };
    };
    const program = (_title: string, text: string) => ({ command: 'show', args: [text] });
    return { shown, clock, notes: new DesktopNotes({ program, clock, log: silentLogger, start }) };
  }

  test('five a minute are shown; what is more is told together', () => {
    const desk = notes();
    for (let at = 1; at <= 9; at += 1) {
      desk.notes.tell(`event ${at}`);
      desk.clock.advance(1_000);
    }
    expect(desk.shown).toEqual(['event 1', 'event 2', 'event 3', 'event 4', 'event 5']);
    desk.clock.advance(60_000);
    expect(desk.shown.slice(5)).toEqual(['event 9 (and 3 more)']);
    desk.notes.tell('event 10');
    expect(desk.shown.slice(6)).toEqual(['event 10']);
  });

  test('long texts are cut, control characters are gone', () => {
    const desk = notes();
    desk.notes.tell(`a\n\u001b[31m${'x'.repeat(500)}`);
    expect(desk.shown[0]).toMatch(/^a \[31mx+…$/);
    expect(desk.shown[0]).toHaveLength(240);
  });

  test('a desktop that fails is left alone', async () => {
    const desk = notes('there is no such program');
    desk.notes.tell('one');
    await new Promise(setImmediate);
    desk.notes.tell('two');
    expect(desk.shown).toEqual(['one']);
  });

  test('nothing is shown after the end', async () => {
    const desk = notes();
    for (let at = 0; at < 7; at += 1) desk.notes.tell('x');
    await desk.notes.close();
    desk.clock.advance(120_000);
    expect(desk.shown).toHaveLength(5);
  });
});
