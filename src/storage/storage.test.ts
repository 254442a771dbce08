import { closeSync, openSync } from 'node:fs';
import {
  appendFile,
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { seededChance } from '../base/index.ts';
import {
  buildContent,
  fileTreeBytes,
  pieceAt,
  pieceRoot,
  rootOfLayer,
  type Content,
} from '../metainfo/index.ts';
import { writeFully } from './disk-io.ts';
import { DownloadStorage, FilePool, ResumeRecord, scanFolder, ShareStorage } from './index.ts';

const PIECE = 256 * 1024;
let base: string;
let pool: FilePool;
const open: { close(): Promise<void> }[] = [];

beforeEach(async () => {
  base = await realpath(await mkdtemp(path.join(tmpdir(), 'mbt-storage-')));
  pool = new FilePool(3);
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
  await rm(base, { recursive: true });
});

function bytesOf(length: number): Uint8Array {
  const chance = seededChance(length);
  const pattern = Uint8Array.from({ length: 4099 }, () => chance() * 256); // a prime: no two pieces are alike
  return new Uint8Array(Buffer.alloc(length, pattern));
}

function rootOf(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length === 0) return undefined;
  if (bytes.length <= PIECE) return pieceRoot(bytes, fileTreeBytes(bytes.length));
  const count = Math.ceil(bytes.length / PIECE);
  const pieces = Array.from({ length: count }, (_, at) =>
    pieceRoot(bytes.subarray(at * PIECE, (at + 1) * PIECE), PIECE),
  );
  return rootOfLayer(new Uint8Array(Buffer.concat(pieces)), PIECE);
}

/** A content, and the bytes of each of its pieces. */
function contentOf(
  files: Record<string, number>,
  name = 'folder',
): { content: Content; piece(n: number): Uint8Array } {
  const data = new Map(Object.entries(files).map(([at, length]) => [at, bytesOf(length)]));
  const isFolder = !(data.size === 1 && data.has(name));
  const inputs = [...data].map(([at, bytes]) => ({
    path: at.split('/'),
    length: bytes.length,
    piecesRoot: rootOf(bytes),
  }));
  const content = buildContent({ name, isFolder, files: inputs });
  const piece = (n: number): Uint8Array => {
    const { file, offset, length } = pieceAt(content, n);
    return (data.get(content.files[file]?.path.join('/') ?? '') as Uint8Array).slice(offset, offset + length);
  };
  return { content, piece };
}

const tree = { 'a/deep/file': 3 * PIECE + 9, 'a/small': 10, empty: 0, 'none/empty': 0, z: PIECE };

async function download(content: Content, root = path.join(base, 'out')): Promise<DownloadStorage> {
  const record = await ResumeRecord.open(path.join(base, 'record'), content);
  const { storage } = await DownloadStorage.open(content, root, pool, record);
  open.push(storage);
  return storage;
}

/** Writes a piece as whoever has verified it does. */
const put = (storage: DownloadStorage, piece: number, bytes: Uint8Array): Promise<boolean> =>
  storage.storePiece(piece, async ({ fd, offset }) => {
    await writeFully(fd, bytes, offset);
    return true;
  });

async function fetchAll(storage: DownloadStorage, piece: (n: number) => Uint8Array): Promise<void> {
  for (let n = storage.content.pieceCount - 1; n >= 0; n -= 1) await put(storage, n, piece(n));
}

describe('DownloadStorage', () => {
  test('pieces written in any order make the files, and can be read at once', async () => {
    const { content, piece } = contentOf(tree);
    const storage = await download(content);
    await put(storage, 2, piece(2));
    const block = new Uint8Array(1000);
    await storage.readBlock(2, 5000, block);
    expect(block).toEqual(piece(2).subarray(5000, 6000));
    await fetchAll(storage, piece);
    const stamps = await storage.finish();
    expect(stamps.map(({ size }) => size)).toEqual(content.files.map(({ length }) => length));
    for (const file of content.files) {
      const there = await readFile(path.join(base, 'out', ...file.path));
      expect(rootOf(there)).toEqual(file.piecesRoot);
    }
  });

  test('shared memory is written as it is', async () => {
    const { content, piece } = contentOf({ one: 1000 }, 'one');
    const storage = await download(content);
    const memory = new Uint8Array(new SharedArrayBuffer(1000));
    memory.set(piece(0));
    await put(storage, 0, memory);
    expect(new Uint8Array(await readFile(path.join(base, 'out')))).toEqual(piece(0));
  });

  test('after a kill, what was synced is held and the rest is to be hashed', async () => {
    const { content, piece } = contentOf(tree);
    const first = await download(content);
    await put(first, 0, piece(0));
    await first.checkpoint();
    await put(first, 3, piece(3));
    const second = await download(content);
    expect([...second.record.held.ones()]).toEqual([0]);
    expect([...second.record.unsure.ones()]).toEqual([3]);
    const place = await second.diskPlaceOf(3);
    const there = (await readFile(place.path)).subarray(place.offset, place.offset + place.length);
    expect(pieceRoot(there, PIECE)).toEqual(pieceRoot(piece(3), PIECE));
    second.record.note(3);
    await fetchAll(second, piece);
    await second.finish();
  });

  test('a file that vanished between two runs is fetched again, one that was cut is hashed', async () => {
    const { content, piece } = contentOf({ a: 2 * PIECE, b: PIECE + 1 });
    const first = await download(content);
    await fetchAll(first, piece);
    await first.close();
    await unlink(path.join(base, 'out/a'));
    await truncate(path.join(base, 'out/b'), PIECE);
    const record = await ResumeRecord.open(path.join(base, 'record'), content);
    const { storage, lostFiles } = await DownloadStorage.open(content, path.join(base, 'out'), pool, record);
    open.push(storage);
    expect(lostFiles).toEqual([path.join(base, 'out/a')]);
    expect([...record.held.ones()]).toEqual([]);
    expect([...record.unsure.ones()]).toEqual([2, 3]);
    await fetchAll(storage, piece);
    await storage.finish();
  });

  test('a file that vanishes during the download is noticed at its end', async () => {
    const { content, piece } = contentOf({ a: 5, b: 5 });
    const storage = await download(content);
    await fetchAll(storage, piece);
    await unlink(path.join(base, 'out/a'));
    await expect(storage.finish()).rejects.toMatchObject({ code: 'FILE_CHANGED' });
  });

  test('nothing that is not ours is overwritten or deleted', async () => {
    const { content, piece } = contentOf({ 'a/x': 5, b: 5 });
    await mkdir(path.join(base, 'out/a'), { recursive: true });
    await writeFile(path.join(base, 'out/b'), 'mine');
    const storage = await download(content);
    await put(storage, 0, piece(0));
    await expect(put(storage, 1, piece(1))).rejects.toMatchObject({ code: 'DESTINATION_EXISTS' });
    expect([...storage.record.held.ones()]).toEqual([0]);
    await storage.discard();
    expect(await readFile(path.join(base, 'out/b'), 'utf8')).toBe('mine');
    expect(await readdir(path.join(base, 'out'))).toEqual(['b']);
    expect(await readdir(base)).toEqual(['out']);
  });

  test('discard deletes all that was created, and the record', async () => {
    const { content, piece } = contentOf(tree);
    const storage = await download(content);
    await fetchAll(storage, piece);
    await storage.discard();
    expect(await readdir(base)).toEqual([]);
  });

  test.each([
    { why: 'in the place of the folder', link: 'out' },
    { why: 'in the place of a folder inside', link: 'out/a' },
    { why: 'in the place of the file', link: 'out/a/x' },
  ])('a link is not followed: $why', async ({ link }) => {
    const { content, piece } = contentOf({ 'a/x': 5, b: 5 });
    await mkdir(path.join(base, 'victim/a'), { recursive: true });
    await mkdir(path.dirname(path.join(base, link)), { recursive: true });
    await symlink(path.join(base, 'victim'), path.join(base, link));
    const storage = await download(content);
    await expect(put(storage, 0, piece(0))).rejects.toMatchObject({
      code: link === 'out/a/x' ? 'DESTINATION_EXISTS' : 'REFUSED',
    });
    expect(await readdir(path.join(base, 'victim/a'))).toEqual([]);
  });

  test('a folder replaced by a link while we write is not followed', async () => {
    const { content, piece } = contentOf({ 'a/x': 5, 'a/y': 5 });
    const storage = await download(content);
    await put(storage, 0, piece(0));
    await rename(path.join(base, 'out/a'), path.join(base, 'victim'));
    await symlink(path.join(base, 'victim'), path.join(base, 'out/a'));
    await expect(put(storage, 1, piece(1))).rejects.toMatchObject({ code: 'REFUSED' });
    expect(await readdir(path.join(base, 'victim'))).toEqual(['x']);
  });

  test.runIf(process.platform === 'linux')('a full disk is NO_SPACE, and the piece is not held', async () => {
    class FullDisk extends FilePool {
      override async use<T>(
        _key: string,
        _open: () => Promise<number>,
        task: (fd: number) => Promise<T>,
      ): Promise<T> {
        const fd = openSync('/dev/full', 'r+');
        return task(fd).finally(() => closeSync(fd));
      }
    }
    const { content, piece } = contentOf({ one: 1000 }, 'one');
    const record = await ResumeRecord.open(path.join(base, 'record'), content);
    const { storage } = await DownloadStorage.open(content, path.join(base, 'out'), new FullDisk(), record);
    open.push(storage);
    await expect(put(storage, 0, piece(0))).rejects.toMatchObject({ code: 'NO_SPACE' });
    expect(record.held.count).toBe(0);
  });

  test.skipIf(process.getuid?.() === 0)(
    'a folder that may not be written to is PERMISSION_DENIED',
    async () => {
      const { content, piece } = contentOf({ one: 1000 }, 'one');
      await mkdir(path.join(base, 'closed'), { mode: 0o555 });
      const storage = await download(content, path.join(base, 'closed/one'));
      await expect(put(storage, 0, piece(0))).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
      await chmod(path.join(base, 'closed'), 0o755);
    },
  );

  test('a folder that is not there is FILE_NOT_FOUND', async () => {
    const { content } = contentOf({ one: 1000 }, 'one');
    const record = await ResumeRecord.open(path.join(base, 'record'), content);
    open.push(record);
    const opening = DownloadStorage.open(content, path.join(base, 'no/one'), pool, record);
    await expect(opening).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
  });

  test('files are sparse from the start', async () => {
    const { content, piece } = contentOf({ big: 64 * PIECE }, 'big');
    const storage = await download(content);
    await put(storage, 63, piece(63));
    const { size, blocks } = await stat(path.join(base, 'out'));
    expect(size).toBe(64 * PIECE);
    expect(blocks * 512).toBeLessThan(8 * PIECE);
  });

  test('many files are written at once with few of them open', async () => {
    const files = Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`d${at % 7}/f${at}`, at + 1]));
    const { content, piece } = contentOf(files);
    const storage = await download(content);
    await Promise.all(Array.from({ length: 200 }, (_, n) => put(storage, n, piece(n))));
    await storage.checkpoint();
    await storage.finish();
    const again = await download(content);
    expect(again.record.held.isComplete).toBe(true);
  });
});

describe('ShareStorage', () => {
  async function share(
    files: Record<string, number>,
    name = 'src',
  ): Promise<{ storage: ShareStorage; piece: (n: number) => Uint8Array }> {
    const { content, piece } = contentOf(files, name.normalize('NFC'));
    const scan = await scanFolder(path.join(base, name));
    const stamps = scan.files.map(({ stamp }) => stamp);
    const storage = await ShareStorage.open(content, scan.root, pool, stamps);
    open.push(storage);
    return { storage, piece };
  }

  async function put(
    files: Record<string, number>,
    at: (name: string) => string = (name) => name,
  ): Promise<void> {
    for (const [name, length] of Object.entries(files)) {
      const place = path.join(base, 'src', at(name));
      await mkdir(path.dirname(place), { recursive: true });
      await writeFile(place, bytesOf(length));
    }
  }

  test('gives every block of every piece', async () => {
    await put(tree);
    const { storage, piece } = await share(tree);
    expect(await storage.filesChanged()).toBeUndefined();
    for (let n = 0; n < storage.content.pieceCount; n += 1) {
      const into = new Uint8Array(piece(n).length);
      await storage.readBlock(n, 0, into);
      expect(into).toEqual(piece(n));
    }
  });

  test('finds and reads files whose names are decomposed on disk', async () => {
    const files = { 'caf\u00e9/r\u00e9sum\u00e9': 500, b: 3 };
    await put(files, (name) => name.normalize('NFD'));
    const { storage, piece } = await share(files);
    const into = new Uint8Array(500);
    await storage.readBlock(1, 0, into);
    expect(into).toEqual(piece(1));
    expect(await storage.filesChanged()).toBeUndefined();
  });

  test.each([
    { why: 'longer', change: (at: string) => appendFile(at, 'x') },
    { why: 'shorter', change: (at: string) => truncate(at, 5) },
    { why: 'same size, other time', change: (at: string) => utimes(at, 1, 1) },
  ])('a file that changed is said and not served: $why', async ({ change }) => {
    await put({ a: 10, b: 10 });
    const { storage } = await share({ a: 10, b: 10 });
    await change(path.join(base, 'src/a'));
    expect(await storage.filesChanged()).toContain('src/a');
    await expect(storage.readBlock(0, 0, new Uint8Array(10))).rejects.toMatchObject({ code: 'FILE_CHANGED' });
    await storage.readBlock(1, 0, new Uint8Array(10));
  });

  test('a file that is cut while it is open is FILE_CHANGED', async () => {
    await put({ a: 10, b: 10 });
    const { storage } = await share({ a: 10, b: 10 });
    await storage.readBlock(0, 0, new Uint8Array(10));
    await truncate(path.join(base, 'src/a'), 5);
    await expect(storage.readBlock(0, 0, new Uint8Array(10))).rejects.toMatchObject({ code: 'FILE_CHANGED' });
  });

  test('a file that is gone, or a link in its place, is said and not served', async () => {
    await put({ a: 10, b: 10 });
    const { storage } = await share({ a: 10, b: 10 });
    await rename(path.join(base, 'src/a'), path.join(base, 'moved'));
    expect(await storage.filesChanged()).toBe(`${path.join(base, 'src/a')} is gone`);
    await expect(storage.readBlock(0, 0, new Uint8Array(1))).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
    });
    await symlink(path.join(base, 'moved'), path.join(base, 'src/a'));
    expect(await storage.filesChanged()).toContain('not a file');
    await expect(storage.readBlock(0, 0, new Uint8Array(1))).rejects.toMatchObject({ code: 'REFUSED' });
  });

  test('closed storage reads nothing', async () => {
    await put({ a: 10, b: 10 });
    const { storage } = await share({ a: 10, b: 10 });
    await storage.close();
    await storage.close();
    await expect(storage.readBlock(0, 0, new Uint8Array(1))).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });
});
