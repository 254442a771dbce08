import * as fc from 'fast-check';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { seededChance, toHex } from '../../src/base/index.ts';
import { openHasher, type Hasher } from '../../src/hashing/index.ts';
import {
  foldName,
  MetainfoError,
  readTorrentFile,
  type Content,
  type ReadTorrent,
} from '../../src/metainfo/index.ts';
import { noise } from '../transfers/kit.ts';
import { Libtorrent, python, type Made, type Summary } from './libtorrent.ts';
import { mutants } from './mutants.ts';
import { someName } from './some-name.ts';
import { torrentOf } from './stage.ts';

const KIB = 1024;
const SEED = 5_202;
const TREES = 200;
/** Paths handed to libtorrent at a time. */
const BATCH = 25;
const NOISE_BYTES = 2_048 * KIB;
const EMPTY_ROOT = '0'.repeat(64);
/** libtorrent's choice, the least, and others. */
const PIECE_LENGTHS = [0, 16 * KIB, 256 * KIB, 1_024 * KIB];

/** Bytes: nothing, less than a block, around blocks and pieces, several pieces. */
const someLength = fc.oneof(
  { arbitrary: fc.nat(2), weight: 2 },
  { arbitrary: fc.nat(40 * KIB), weight: 3 },
  { arbitrary: fc.integer({ min: 255 * KIB, max: 257 * KIB }), weight: 1 },
  { arbitrary: fc.nat(1_400 * KIB), weight: 1 },
);

interface Tree {
  readonly name: string;
  /** Below the name; none: it is a single file. */
  readonly files: readonly { readonly path: readonly string[]; readonly length: number }[];
}

const someFile = fc
  .record({ name: someName, length: fc.oneof(fc.nat(1_400 * KIB), fc.constant(1)) })
  .map(({ name, length }): Tree => ({ name, files: [{ path: [], length: length + 1 }] }));

const someFolder = fc
  .record({
    name: someName,
    files: fc.uniqueArray(
      fc.record({ path: fc.array(someName, { minLength: 1, maxLength: 4 }), length: someLength }),
      { minLength: 1, maxLength: 8, selector: ({ path }) => foldName(path[0] ?? '') },
    ),
  })
  // A folder with nothing but a file of its own name is refused here, as a .torrent can't tell it from that file.
  .filter(
    ({ name, files }) => !(files.length === 1 && files[0]?.path.length === 1 && files[0].path[0] === name),
  )
  .filter(({ files }) => files.some(({ length }) => length > 0));

/** Ours, of a file or folder on disk. */
interface Own {
  readonly path: string;
  readonly content: Content;
  readonly infoHash: string;
  readonly bytes: Uint8Array;
}

describe.skipIf(python === undefined)(
  '.torrent files of the same files, ours and those of libtorrent',
  () => {
    let folder: string;
    let peer: Libtorrent;
    let hasher: Hasher;
    const owns: Own[] = [];

    beforeAll(async () => {
      process.stdout.write(`made-by-both: seed ${SEED}\n`);
      folder = await mkdtemp(join(tmpdir(), 'mbt-both-'));
      peer = await Libtorrent.open();
      hasher = openHasher({ workers: 1 });
      const trees = fc.sample(fc.oneof(someFile, someFolder), { numRuns: TREES, seed: SEED });
      const bytes = noise(NOISE_BYTES, SEED);
      const chance = seededChance(SEED);
      for (const [at, tree] of trees.entries()) {
        const path = await writeTree(join(folder, String(at)), tree, bytes, chance);
        const made = await torrentOf(hasher, path);
        owns.push({
          path,
          content: made.torrent.content,
          infoHash: made.torrent.infoHash,
          bytes: made.bytes,
        });
      }
    });

    afterAll(async () => {
      await peer.close();
      await hasher.close();
      await rm(folder, { recursive: true });
    });

    test(`${TREES} of ours mean the same there: info-hash, files, sizes, roots`, async () => {
      const read: (Summary | { error: string })[] = [];
      for (const some of batches(owns)) read.push(...(await peer.read(some.map(({ bytes }) => bytes))));
      expect(read).toEqual(owns.map(summaryOfOwn));
    });

    test.each([
      { kind: 'of version 2', hybrid: false },
      { kind: 'of both versions', hybrid: true },
    ])(
      `${TREES} of theirs, $kind, mean the same here: info-hash, files, sizes, roots`,
      async ({ hybrid }) => {
        for (const [at, some] of batches(owns).entries()) {
          const pieceLength = PIECE_LENGTHS[at % PIECE_LENGTHS.length] ?? 0;
          const made = await peer.make(
            some.map(({ path }) => path),
            hybrid,
            pieceLength,
          );
          for (const [index, theirs] of made.entries()) {
            const read = readTorrentFile(Buffer.from(theirs.data, 'base64'));
            expect(theirs).toMatchObject(summaryOf(read));
            expect(read.infoHash1 !== undefined).toBe(hybrid);
            expect(filesOf(read)).toEqual(filesOf(some[index]?.content));
          }
        }
      },
    );

    test('cut off, corrupted or reordered: what we take libtorrent takes, and reads the same', async () => {
      const some = owns.filter(({ content }) => content.pieceCount > 1).slice(0, 3);
      const paths = some.map(({ path }) => path);
      const originals = [
        ...some.map(({ bytes }) => bytes),
        ...(await peer.make(paths, false, 16 * KIB)).map(bytesOf),
        ...(await peer.make(paths, true, 64 * KIB)).map(bytesOf),
      ];
      const chance = seededChance(SEED);
      const tried = originals.flatMap((bytes) => mutants(bytes, chance));
      const theirs: (Summary | { error: string })[] = [];
      for (const part of batches(tried)) theirs.push(...(await peer.read(part.map(({ bytes }) => bytes))));
      const counts: Record<string, { tried: number; taken: number; takenThere: number }> = {};
      for (const [at, { how, bytes }] of tried.entries()) {
        const there = theirs[at];
        const isThere = there !== undefined && !('error' in there);
        const here = tryToRead(bytes);
        const count = (counts[how] ??= { tried: 0, taken: 0, takenThere: 0 });
        count.tried += 1;
        if (isThere) count.takenThere += 1;
        if (here === undefined) continue;
        count.taken += 1;
        expect(isThere, `${how}: ${JSON.stringify(there)} ${Buffer.from(bytes).toString('latin1')}`).toBe(
          true,
        );
        expect(meaningOf(summaryOf(here))).toEqual(meaningOf(there as Summary));
      }
      process.stdout.write(`made-by-both: ${JSON.stringify(counts)}\n`);
      const refusedThere = ['cut off', 'reordered', 'doubled'];
      const never = [...refusedThere, 'followed by more', 'a layer changed', 'a layer missing'];
      for (const how of never) expect(counts[how], how).toMatchObject({ taken: 0 });
      for (const how of refusedThere) expect(counts[how], how).toMatchObject({ takenThere: 0 });
      expect(counts['a bit changed']?.taken).toBeGreaterThan(0);
    });
  },
);

async function writeTree(
  parent: string,
  { name, files }: Tree,
  bytes: Uint8Array,
  chance: () => number,
): Promise<string> {
  for (const { path, length } of files) {
    const file = join(parent, name, ...path);
    await mkdir(dirname(file), { recursive: true });
    const from = Math.floor(chance() * (bytes.length - length));
    await writeFile(file, bytes.subarray(from, from + length));
  }
  return join(parent, name);
}

function* slices<T>(all: readonly T[]): Generator<T[]> {
  for (let at = 0; at < all.length; at += BATCH) yield all.slice(at, at + BATCH);
}
const batches = <T>(all: readonly T[]): T[][] => [...slices(all)];

const bytesOf = ({ data }: Made): Uint8Array => Buffer.from(data, 'base64');

function tryToRead(bytes: Uint8Array): ReadTorrent | undefined {
  try {
    return readTorrentFile(bytes);
  } catch (error) {
    if (error instanceof MetainfoError) return undefined;
    throw error;
  }
}

const filesOf = (of: Pick<ReadTorrent, 'files'> | undefined) =>
  of?.files.map(({ path, length, piecesRoot }) => ({ path, length, root: piecesRoot && toHex(piecesRoot) }));

const summaryOfOwn = ({ content, infoHash }: Own): Summary =>
  summaryOf({ ...content, infoHash: infoHash as ReadTorrent['infoHash'], isPrivate: true });

/** As libtorrent says it. */
function summaryOf(read: ReadTorrent): Summary {
  const { name, isFolder, files, infoHash, infoHash1 = '', pieceLength } = read;
  const listed = files.map(({ path, length, piecesRoot }) => ({
    path: isFolder ? [name, ...path].join('/') : path.join('/'),
    length,
    root: piecesRoot ? toHex(piecesRoot) : EMPTY_ROOT,
  }));
  return { infoHash, infoHash1, name, private: read.isPrivate, pieceLength, files: listed };
}

/** Without names: libtorrent changes some that it holds for unsafe on disk, after it has read them. */
function meaningOf({ infoHash, infoHash1, pieceLength, private: isPrivate, files }: Summary) {
  const listed = files.map(({ length, root }) => ({ length, root }));
  return { infoHash, infoHash1, pieceLength, isPrivate, files: listed };
}
