import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkFreeSpace, examineDestination, resolveDestination } from './index.ts';

let base: string;
beforeEach(async () => (base = await realpath(await mkdtemp(path.join(tmpdir(), 'mbt-dest-')))));
afterEach(() => rm(base, { recursive: true }));

describe('resolveDestination', () => {
  test('a folder takes the content in', async () => {
    expect(await resolveDestination(base, 'a.bin')).toBe(path.join(base, 'a.bin'));
    expect(await resolveDestination(`${base}/`, 'a.bin')).toBe(path.join(base, 'a.bin'));
  });

  test('what does not exist in a folder that does is the new name', async () => {
    expect(await resolveDestination(path.join(base, 'new.bin'), 'a.bin')).toBe(path.join(base, 'new.bin'));
  });

  test('a link to a folder is a folder to the person who typed it', async () => {
    await mkdir(path.join(base, 'real'));
    await symlink(path.join(base, 'real'), path.join(base, 'link'));
    expect(await resolveDestination(path.join(base, 'link'), 'a')).toBe(path.join(base, 'real/a'));
    expect(await resolveDestination(path.join(base, 'link/b'), 'a')).toBe(path.join(base, 'real/b'));
  });

  test('a folder decomposed on disk is found by its composed name', async () => {
    await mkdir(path.join(base, 'cafe\u0301'));
    expect(await resolveDestination(path.join(base, 'caf\u00e9'), 'a')).toBe(path.join(base, 'cafe\u0301/a'));
  });

  test.each([
    { why: 'no such folder', to: 'no/such', code: 'FILE_NOT_FOUND' },
    { why: 'meant as a folder that is not there', to: 'new/', code: 'FILE_NOT_FOUND' },
    { why: 'a file as a folder', to: 'file/x', code: 'FILE_NOT_FOUND' },
    { why: 'a reserved name', to: 'nul', code: 'INVALID_NAME' },
  ])('$why: $code', async ({ to, code }) => {
    await writeFile(path.join(base, 'file'), '');
    await expect(resolveDestination(`${base}/${to}`, 'a')).rejects.toMatchObject({ code });
  });
});

describe('examineDestination', () => {
  const content = { isFolder: false, size: 3 };
  const stateOf = async (name: string, what = content): Promise<string> =>
    (await examineDestination(path.join(base, name), what)).state;

  test('free, possibly the content, or taken', async () => {
    await writeFile(path.join(base, 'three'), '123');
    await mkdir(path.join(base, 'folder'));
    await symlink(path.join(base, 'three'), path.join(base, 'link'));
    await symlink(path.join(base, 'nowhere'), path.join(base, 'dangling'));
    expect(await stateOf('new')).toBe('free');
    expect(await stateOf('three')).toBe('same-size');
    expect(await stateOf('three', { isFolder: false, size: 4 })).toBe('taken');
    expect(await stateOf('three', { isFolder: true, size: 3 })).toBe('taken');
    for (const name of ['folder', 'link', 'dangling']) expect(await stateOf(name)).toBe('taken');
  });

  test('a name equal but for case is taken; one equal but for Unicode form may be the content', async () => {
    await writeFile(path.join(base, 'Photo.jpg'), '123');
    await writeFile(path.join(base, 'e\u0301'), '123');
    expect(await examineDestination(path.join(base, 'photo.JPG'), content)).toEqual({
      state: 'taken',
      at: path.join(base, 'Photo.jpg'),
    });
    expect(await examineDestination(path.join(base, '\u00e9'), content)).toEqual({
      state: 'same-size',
      at: path.join(base, 'e\u0301'),
    });
  });
});

test('checkFreeSpace knows what the disk has left', async () => {
  await checkFreeSpace(base, 1);
  await expect(checkFreeSpace(base, 2 ** 60)).rejects.toMatchObject({ code: 'NO_SPACE' });
  await expect(checkFreeSpace(path.join(base, 'gone'), 1)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
});
