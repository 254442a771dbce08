import { mkdtemp, open, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openLog, openRotatedLog } from './log-file.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mbt-log-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('events are appended as JSON lines to a file of its owner alone', async () => {
  const path = join(folder, 'log');
  for (const n of [1, 2]) {
    const { log, close } = openLog(path);
    log.child({ peer: 'ben' }).warn('peer-closed', { n });
    close();
  }
  const lines = (await readFile(path, 'utf8')).trim().split('\n');
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    expect.objectContaining({ event: 'peer-closed', peer: 'ben', n: 1, level: 40 }),
    expect.objectContaining({ event: 'peer-closed', peer: 'ben', n: 2, level: 40 }),
  ]);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('a log that has grown is begun anew in place; the old one is kept beside it', async () => {
  const path = join(folder, 'node.log');
  const other = await open(path, 'a', 0o600); // as the output of a process that appends
  const { log } = openRotatedLog(path, 600);
  log.debug('left-out');
  for (let n = 1; n <= 12; n += 1) log.info('grown', { n });
  await other.write('from elsewhere\n');
  await other.close();
  const [now, before] = [await readFile(path, 'utf8'), await readFile(`${path}.1`, 'utf8')];
  expect(before.length).toBeGreaterThan(600);
  expect(now.endsWith('from elsewhere\n')).toBe(true);
  const numbers = [...(before + now).matchAll(/"n":(\d+)/g)].map((match) => Number(match[1]));
  expect(numbers).toEqual(Array.from({ length: 12 }, (_, at) => at + 1));
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('a file that cannot be opened is named', () => {
  const path = join(folder, 'none', 'log');
  expect(() => openLog(path)).toThrow(
    expect.objectContaining({ name: 'CommandError', code: 'FILE_NOT_FOUND' }),
  );
});
