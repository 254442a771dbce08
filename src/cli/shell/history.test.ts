import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { nodeCommands } from '../commands/index.ts';
import { HISTORY_LINES_MAX, HistoryFile, toHistory } from './history.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mbt-history-'));
});
afterEach(() => rm(folder, { recursive: true }));

test.each([
  { line: 'login anna secret', text: 'login anna', keep: true },
  { line: '  login  anna   "se cret', text: '  login  anna', keep: true },
  { line: 'create_user anna pass word typed apart', text: 'create_user anna', keep: true },
  { line: 'change_password old new', text: 'change_password', keep: true },
  { line: 'recover_user anna CODE new', text: 'recover_user anna', keep: true },
  { line: 'login --remember anna secret', text: 'login --remember anna', keep: true },
  { line: 'login anna --secret', text: 'login anna', keep: true },
  { line: 'login anna --remember secret', text: 'login anna --remember', keep: true },
  { line: 'join --wait mbt://join/AbC', text: 'join --wait', keep: true },
  { line: 'list_files band', text: 'list_files band', keep: true },
  { line: 'exit', text: 'exit', keep: true },
  { line: 'lgin anna secret', text: 'lgin anna secret', keep: false },
])('of <$line> is remembered <$text>', ({ line, text, keep }) => {
  expect(toHistory(line, nodeCommands)).toEqual({ text, keep });
});

test('lines survive, newest first, in a file of its owner alone', async () => {
  const path = join(folder, 'history');
  const history = new HistoryFile(path);
  expect(await history.load()).toEqual([]);
  for (const line of ['one', 'two', 'two', 'three']) history.add(line);
  await history.close();
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await new HistoryFile(path).load()).toEqual(['three', 'two', 'one']);
});

test('a file that others could read is closed to them', async () => {
  const path = join(folder, 'history');
  await writeFile(path, 'old\n', { mode: 0o644 });
  await new HistoryFile(path).load();
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('a file that has grown is cut', async () => {
  const path = join(folder, 'history');
  await writeFile(path, Array.from({ length: 3 * HISTORY_LINES_MAX }, (_, at) => `line ${at}\n`).join(''));
  const history = new HistoryFile(path);
  expect((await history.load()).length).toBe(HISTORY_LINES_MAX);
  await history.close();
  const kept = (await readFile(path, 'utf8')).split('\n');
  expect([kept.length - 1, kept.at(-2)]).toEqual([HISTORY_LINES_MAX, `line ${3 * HISTORY_LINES_MAX - 1}`]);
});

test('where it cannot be kept the shell works without', async () => {
  const history = new HistoryFile(join(folder, 'missing', 'history'));
  expect(await history.load()).toEqual([]);
  history.add('line');
  await expect(history.close()).resolves.toBeUndefined();
});
