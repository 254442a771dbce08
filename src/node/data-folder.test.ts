import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../base/index.ts';
import { type DataFolder, openDataFolder } from './data-folder.ts';

let place: string;
let list: string;
const opened: DataFolder[] = [];
beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), 'mbt-data-'));
  list = join(place, 'tracker_info.txt');
});
afterEach(async () => {
  for (const { lock } of opened.splice(0)) await lock.release();
  await rm(place, { recursive: true, force: true });
});

async function open(given?: string): Promise<string> {
  const folder = await openDataFolder(given, list, systemClock);
  opened.push(folder);
  return folder.path;
}

test('by default the first that nobody uses, beside the list of trackers', async () => {
  expect(await open()).toBe(join(place, 'client-1'));
  expect(await open()).toBe(join(place, 'client-2'));
  await opened[0]?.lock.release();
  expect(await open()).toBe(join(place, 'client-1'));
});

test('many that start at once get folders of their own', async () => {
  const folders = await Promise.all(Array.from({ length: 5 }, () => open()));
  expect(new Set(folders).size).toBe(5);
});

test('one that is named is made, and refused while in use or where a file stands', async () => {
  const given = join(place, 'deep', 'down');
  expect(await open(given)).toBe(given);
  await expect(open(given)).rejects.toMatchObject({ code: 'CONFLICT' });
  await writeFile(join(place, 'file'), '');
  await expect(open(join(place, 'file', 'in'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
});
