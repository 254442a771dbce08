import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isAsideName, putAside } from './earlier-versions.ts';

const NOON_MS = new Date(2026, 1, 3, 12, 4, 5).getTime();
let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'earlier-'))));
afterEach(() => rm(folder, { recursive: true }));

const earlier = (name: string) => join(folder, '.mini-bittorrent', 'earlier', name);

test('it is called by its time and keeps its ending; two in one second are two', async () => {
  for (const text of ['one', 'two']) {
    await writeFile(join(folder, 'my song.mp3'), text);
    await putAside(join(folder, 'my song.mp3'), NOON_MS);
  }
  const shelf = earlier('my song.mp3');
  expect((await readdir(shelf)).toSorted()).toEqual(['2026-02-03 12.04.05.mp3', '2026-02-03 12.04.06.mp3']);
  expect(await readFile(join(shelf, '2026-02-03 12.04.05.mp3'), 'utf8')).toBe('one');
});

test('three are kept of one name, and whatever else stands there', async () => {
  await mkdir(earlier('tour 1.0'), { recursive: true });
  await writeFile(join(earlier('tour 1.0'), '0.txt'), 'not ours');
  for (let day = 0; day < 5; day += 1) {
    await mkdir(join(folder, 'tour 1.0', 'sub'), { recursive: true });
    await writeFile(join(folder, 'tour 1.0', 'sub', 'a'), String(day));
    await putAside(join(folder, 'tour 1.0'), NOON_MS + day * 1_000);
  }
  const names = (await readdir(earlier('tour 1.0'))).toSorted();
  expect(names).toEqual(['0.txt', '2026-02-03 12.04.07', '2026-02-03 12.04.08', '2026-02-03 12.04.09']);
  expect(await readFile(join(earlier('tour 1.0'), '2026-02-03 12.04.07', 'sub', 'a'), 'utf8')).toBe('2');
});

test('what is not there says so; where nothing can be kept it stays', async () => {
  await expect(putAside(join(folder, 'a'), NOON_MS)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  await writeFile(join(folder, 'b'), 'b');
  await rm(earlier('a'), { recursive: true });
  await writeFile(earlier('b'), 'in the way');
  await expect(putAside(join(folder, 'b'), NOON_MS)).rejects.toMatchObject({ code: 'DESTINATION_EXISTS' });
  expect(await readFile(join(folder, 'b'), 'utf8')).toBe('b');
});

test.each(['.mini-bittorrent', '.Mini-BitTorrent'])('%s is a name of our own', (name) => {
  expect(isAsideName(name)).toBe(true);
});
