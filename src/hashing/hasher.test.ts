import { randomFillSync } from 'node:crypto';
import { mkdtemp, open, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemCode } from '../base/index.ts';
import { fileTreeBytes, leafHashes, pieceRoot, rootOfLayer } from '../metainfo/index.ts';
import { openHasher, type Hasher } from './index.ts';

const PIECE = 256 * 1024;
const MIB = 1024 * 1024;
const never = new AbortController().signal;
const nobody = (): void => undefined;

let folder: string;
let hasher: Hasher;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'mbt-hashing-'));
  hasher = openHasher({ workers: 2 });
});
afterAll(async () => {
  await hasher.close();
  await rm(folder, { recursive: true });
});

async function fileOf(bytes: Uint8Array): Promise<string> {
  const at = path.join(folder, `file-${bytes.length}`);
  await writeFile(at, bytes);
  return at;
}

function shared(bytes: Uint8Array): Uint8Array<SharedArrayBuffer> {
  const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
  copy.set(bytes);
  return copy;
}

describe('hashFile', () => {
  test.each([
    { length: 1, pieceLength: PIECE },
    { length: PIECE, pieceLength: PIECE },
    { length: PIECE + 1, pieceLength: PIECE },
    { length: 9 * MIB + 12_345, pieceLength: PIECE },
    { length: 9 * MIB + 12_345, pieceLength: 16 * MIB },
    { length: 9 * MIB, pieceLength: 8 * MIB },
  ])('$length bytes in pieces of $pieceLength', async ({ length, pieceLength }) => {
    const bytes = randomFillSync(new Uint8Array(length));
    let reported = 0;
    const count = (more: number): void => void (reported += more);
    const result = await hasher.hashFile(await fileOf(bytes), length, pieceLength, count, never);
    const treeBytes = length > pieceLength ? pieceLength : fileTreeBytes(length);
    const pieces = Array.from({ length: Math.ceil(length / pieceLength) }, (_, at) =>
      pieceRoot(bytes.subarray(at * pieceLength, (at + 1) * pieceLength), treeBytes),
    );
    expect(Buffer.from(result.pieceLayer)).toEqual(Buffer.concat(pieces));
    expect(result.piecesRoot).toEqual(pieces[1] ? rootOfLayer(result.pieceLayer, pieceLength) : pieces[0]);
    expect(reported).toBe(length);
  });

  test('an empty file has no root and is not opened', async () => {
    const result = await hasher.hashFile('/does/not/exist', 0, PIECE, nobody, never);
    expect(result).toEqual({ piecesRoot: undefined, pieceLayer: new Uint8Array() });
  });

  test('a file that is longer, shorter, gone, a folder or a link is said to be so', async () => {
    const at = await fileOf(new Uint8Array(5 * MIB));
    const link = path.join(folder, 'link');
    await symlink(at, link);
    const codeOf = (target: string, length: number): Promise<unknown> =>
      hasher.hashFile(target, length, PIECE, nobody, never).catch(systemCode);
    expect(await codeOf(at, 5 * MIB + 1)).toBe('FILE_CHANGED');
    expect(await codeOf(at, 5 * MIB - 1)).toBe('FILE_CHANGED');
    expect(await codeOf(`${at}-gone`, 1)).toBe('FILE_NOT_FOUND');
    expect(await codeOf(folder, 1)).toBe('FILE_CHANGED');
    expect(await codeOf(link, 5 * MIB)).toBe('REFUSED');
  });

  test('stops when told to, and the hasher works on', async () => {
    const at = await fileOf(new Uint8Array(64 * MIB));
    const stop = new AbortController();
    let reported = 0;
    const hashing = hasher.hashFile(at, 64 * MIB, PIECE, (more) => { reported += more; stop.abort(); }, stop.signal); // prettier-ignore
    await expect(hashing).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(reported).toBeLessThan(64 * MIB);
    expect(await hasher.hashPieceRange(at, 0, 1, 16_384)).toBeDefined();
  });
});

test('hashFiles gives the result of each file in its order', async () => {
  const lengths = [3, 0, 70_000, 2 * MIB, 1, 300_000, ...Array.from({ length: 150 }, (_, at) => at + 10)];
  const files = await Promise.all(
    lengths.map(async (length) => ({ path: await fileOf(new Uint8Array(length).fill(length)), length })),
  );
  const all = await hasher.hashFiles(files, PIECE, nobody, never);
  for (const [at, file] of files.entries()) {
    expect(all[at]).toEqual(await hasher.hashFile(file.path, file.length, PIECE, nobody, never));
  }
  const broken = [...files.slice(0, 3), { path: `${folder}/gone`, length: 1 }, ...files.slice(3)];
  await expect(hasher.hashFiles(broken, PIECE, nobody, never)).rejects.toMatchObject({
    code: 'FILE_NOT_FOUND',
  });
});

describe('pieces', () => {
  test('are verified in shared memory, and what is right is written, many at once', async () => {
    const at = await fileOf(new Uint8Array());
    const file = await open(at, 'r+');
    const pieces = Array.from({ length: 40 }, (_, at) => randomFillSync(new Uint8Array(10_000 * (at + 1))));
    const results = pieces.map(async (bytes, n) => {
      const treeBytes = fileTreeBytes(bytes.length);
      const memory = shared(bytes);
      const place = { fd: file.fd, offset: n * MIB };
      const good = await hasher.storePiece(memory, treeBytes, pieceRoot(bytes, treeBytes), place);
      memory[17] = (memory[17] as number) ^ 1;
      const bad = await hasher.storePiece(memory, treeBytes, pieceRoot(bytes, treeBytes), place);
      return { good, bad };
    });
    for (const result of await Promise.all(results)) expect(result).toEqual({ good: true, bad: false });
    await file.close();
    const written = await readFile(at);
    for (const [n, bytes] of pieces.entries()) {
      expect(written.subarray(n * MIB, n * MIB + bytes.length).equals(bytes)).toBe(true);
    }
  });

  test.runIf(process.platform === 'linux')('a full disk is told as the system says it', async () => {
    const file = await open('/dev/full', 'r+');
    const bytes = shared(randomFillSync(new Uint8Array(1000)));
    const storing = hasher.storePiece(bytes, PIECE, pieceRoot(bytes, PIECE), { fd: file.fd, offset: 0 });
    await expect(storing).rejects.toMatchObject({ code: 'ENOSPC' });
    await file.close();
  });

  test('are hashed where they lie on disk; one that is not there in full has no hash', async () => {
    const bytes = randomFillSync(new Uint8Array(3 * PIECE - 100));
    const at = await fileOf(bytes);
    const last = await hasher.hashPieceRange(at, 2 * PIECE, PIECE - 100, PIECE);
    expect(last).toEqual(pieceRoot(bytes.subarray(2 * PIECE), PIECE));
    await truncate(at, 3 * PIECE - 101);
    expect(await hasher.hashPieceRange(at, 2 * PIECE, PIECE - 100, PIECE)).toBeUndefined();
    expect(await hasher.hashPieceRange(`${at}-gone`, 0, 10, PIECE)).toBeUndefined();
  });

  test('give their leaf hashes', async () => {
    const bytes = randomFillSync(new Uint8Array(100_000));
    expect(await hasher.leafHashes(bytes)).toEqual(leafHashes(bytes));
  });
});

test('closing ends what is under way and refuses what comes after', async () => {
  const other = openHasher({ workers: 1 });
  const at = await fileOf(new Uint8Array(32 * MIB));
  const hashing = other.hashFile(at, 32 * MIB, PIECE, () => void other.close(), never);
  await expect(hashing).rejects.toMatchObject({ code: 'INTERRUPTED' });
  await other.close();
  await expect(other.leafHashes(new Uint8Array(1))).rejects.toMatchObject({ code: 'INTERRUPTED' });
});
