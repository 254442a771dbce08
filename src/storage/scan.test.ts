import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { scanFolder } from './index.ts';

let base: string;
beforeEach(async () => (base = await mkdtemp(path.join(tmpdir(), 'mbt-scan-'))));
afterEach(() => rm(base, { recursive: true }));

async function put(...files: string[]): Promise<void> {
  for (const file of files) {
    const at = path.join(base, file);
    await mkdir(path.dirname(at), { recursive: true });
    await writeFile(at, file);
  }
}

const scanned = async (name: string): Promise<string[]> =>
  (await scanFolder(path.join(base, name))).files.map((file) => file.path.join('/'));

describe('scanFolder', () => {
  test('lists files in the order of the content, with lengths and places', async () => {
    await put('f/b/2', 'f/b/1', 'f/a.txt', 'f/b.txt', 'f/日本/ツアー.jpg', 'f/Ünï');
    const scan = await scanFolder(path.join(base, 'f'));
    expect(scan.files.map((file) => file.path.join('/'))).toEqual([
      'a.txt',
      'b/1',
      'b/2',
      'b.txt',
      'Ünï',
      '日本/ツアー.jpg',
    ]);
    expect(scan).toMatchObject({ name: 'f', isFolder: true, root: path.join(base, 'f') });
    expect(scan.size).toBe(scan.files.reduce((sum, file) => sum + file.length, 0));
    expect(scan.files[1]).toMatchObject({
      diskPath: path.join(base, 'f/b/1'),
      length: 5,
      stamp: { size: 5 },
    });
  });

  test('a single file is a content of its own', async () => {
    await put('Japan Tour.jpg');
    const scan = await scanFolder(path.join(base, 'Japan Tour.jpg'));
    expect(scan).toMatchObject({ name: 'Japan Tour.jpg', isFolder: false, size: 14 });
    expect(scan.files[0]?.path).toEqual(['Japan Tour.jpg']);
  });

  test('junk, empty folders and what is no file are left out and said', async () => {
    await put('f/keep', 'f/.DS_Store', 'f/sub/Thumbs.db', 'f/DESKTOP.INI');
    await mkdir(path.join(base, 'f/empty/inner'), { recursive: true });
    const server = createServer().listen(path.join(base, 'f/socket'));
    await once(server, 'listening');
    const { files, leftOut } = await scanFolder(path.join(base, 'f'));
    expect(files.map((file) => file.path.join('/'))).toEqual(['keep']);
    expect(leftOut.junk.toSorted()).toEqual(['.DS_Store', 'DESKTOP.INI', 'sub/Thumbs.db']);
    expect(leftOut.emptyFolders.toSorted()).toEqual(['empty', 'empty/inner', 'sub']);
    expect(leftOut.special).toEqual(['socket']);
    server.close();
  });

  test('links are refused, wherever they are and wherever they lead', async () => {
    await put('f/keep', 'outside');
    await symlink(path.join(base, 'outside'), path.join(base, 'f/link'));
    await expect(scanFolder(path.join(base, 'f'))).rejects.toMatchObject({ code: 'REFUSED' });
    await expect(scanFolder(path.join(base, 'f'))).rejects.toThrow(path.join(base, 'f/link'));
    await symlink(path.join(base, 'f'), path.join(base, 'toFolder'));
    await expect(scanFolder(path.join(base, 'toFolder'))).rejects.toMatchObject({ code: 'REFUSED' });
  });

  test('names decomposed on disk are found by their composed form, and shared composed', async () => {
    await put('cafe\u0301/re\u0301sume\u0301.txt');
    expect(await scanned('caf\u00e9')).toEqual(['r\u00e9sum\u00e9.txt']);
    const scan = await scanFolder(path.join(base, 'caf\u00e9/r\u00e9sum\u00e9.txt'));
    expect(scan.name).toBe('r\u00e9sum\u00e9.txt');
    expect(scan.files[0]?.diskPath).toBe(path.join(base, 'cafe\u0301/re\u0301sume\u0301.txt'));
  });

  test.each([
    { why: 'equal but for case', names: ['f/a', 'f/A'] },
    { why: 'equal but for Unicode form', names: ['f/\u00e9', 'f/e\u0301'] },
    { why: 'a device of Windows', names: ['f/aux.c'] },
    { why: 'a backslash', names: ['f/a\\b'] },
    { why: 'a control character', names: ['f/a\nb'] },
    { why: 'a folder with only a file of its name', names: ['f/f'] },
  ])('refuses names: $why', async ({ names }) => {
    await put(...names);
    await expect(scanFolder(path.join(base, 'f'))).rejects.toMatchObject({ code: 'INVALID_NAME' });
  });

  test('refuses names that are no text', async () => {
    await put('f/keep');
    await writeFile(Buffer.concat([Buffer.from(path.join(base, 'f/x')), Buffer.of(0xff)]), '');
    await expect(scanFolder(path.join(base, 'f'))).rejects.toThrow('not valid UTF-8');
  });

  test('says what is missing, empty or closed', async () => {
    await expect(scanFolder(path.join(base, 'gone'))).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    await mkdir(path.join(base, 'f'));
    await expect(scanFolder(path.join(base, 'f'))).rejects.toMatchObject({ code: 'NOTHING_TO_SHARE' });
    await expect(scanFolder('/dev/null')).rejects.toMatchObject({ code: 'REFUSED' });
  });

  test.skipIf(process.getuid?.() === 0)('a folder that may not be read is PERMISSION_DENIED', async () => {
    await put('f/closed/a');
    await chmod(path.join(base, 'f/closed'), 0o000);
    await expect(scanFolder(path.join(base, 'f'))).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
    await chmod(path.join(base, 'f/closed'), 0o700);
  });

  test('an empty file is shared as well', async () => {
    await mkdir(path.join(base, 'f'));
    await writeFile(path.join(base, 'f/empty'), '');
    expect(await scanned('f')).toEqual(['empty']);
  });
});
