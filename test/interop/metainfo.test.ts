import * as fc from 'fast-check';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { seededChance, sha256Hex, toHex, utf8 } from '../../src/base/index.ts';
import {
  buildContent,
  buildTorrent,
  foldName,
  HASH_BYTES,
  PieceLayers,
  pieceLengthFor,
  rootOfLayer,
  torrentFile,
  type ContentInput,
} from '../../src/metainfo/index.ts';
import { TestGroup } from '../support/test-group.ts';
import { Libtorrent, python, type Description } from './libtorrent.ts';
import { someName } from './some-name.ts';

const KIB = 1024;
const GIB = 1024 ** 3;
const EMPTY_ROOT = '0'.repeat(64);

/** Bytes: nothing, less than a block, around a piece, several pieces, and so much that pieces are larger. */
const someLength = fc.oneof(
  fc.nat(2),
  fc.nat(100 * KIB),
  fc.integer({ min: 255 * KIB, max: 257 * KIB }),
  fc.nat(20_000 * KIB),
  { arbitrary: fc.integer({ min: GIB, max: 40 * GIB }), weight: 1 },
);

interface Draft {
  readonly name: string;
  readonly isFolder: boolean;
  readonly files: readonly { readonly path: readonly string[]; readonly length: number }[];
  /** Seed of the hashes. */
  readonly seed: number;
}

const someFile: fc.Arbitrary<Draft> = fc
  .record({ name: someName, length: someLength, seed: fc.nat() })
  .map(({ name, length, seed }) => ({ name, isFolder: false, files: [{ path: [name], length }], seed }));

const someFolder: fc.Arbitrary<Draft> = fc.record({
  name: someName,
  isFolder: fc.constant(true),
  files: fc.uniqueArray(
    fc.record({ path: fc.array(someName, { minLength: 2, maxLength: 4 }), length: someLength }),
    { minLength: 1, maxLength: 12, selector: ({ path }) => foldName(path[0] ?? '') },
  ),
  seed: fc.nat(),
});

const hasBytes = ({ files }: Draft): boolean => files.some(({ length }) => length > 0);

/** Gives the files hashes that are made up: what they hash to nobody looks at, how they combine is looked at. */
function describeDraft({ name, isFolder, files, seed }: Draft): ReturnType<typeof complete> {
  const chance = seededChance(seed);
  const pieceLength = pieceLengthFor(files.reduce((sum, file) => sum + file.length, 0));
  const layers = new Map<string, Uint8Array>();
  const listed = files.map(({ path, length }) => {
    const bytes = Math.ceil(length / pieceLength) * HASH_BYTES;
    const layer = new Uint8Array(bytes).map(() => Math.floor(chance() * 256));
    layers.set(path.join('/'), layer);
    const root = layer.length > HASH_BYTES ? rootOfLayer(layer, pieceLength) : layer;
    return { path, length, piecesRoot: length === 0 ? undefined : root };
  });
  return complete({ name, isFolder, files: listed }, layers);
}

function complete(input: ContentInput, byPath: ReadonlyMap<string, Uint8Array>) {
  const content = buildContent(input);
  const layers = new PieceLayers(content);
  for (const [at, { path }] of content.files.entries()) {
    expect(layers.setLayer(at, byPath.get(path.join('/')) ?? new Uint8Array())).toBe(true);
  }
  return { content, layers };
}

/** What libtorrent should read. */
function expectedOf({ content, layers }: ReturnType<typeof complete>, authority: string): Description {
  const torrent = buildTorrent(content, utf8(authority));
  const severalPieces = content.files.flatMap(({ pieceCount, piecesRoot }, at) => {
    const layer = layers.layerOf(at);
    return pieceCount > 1 && piecesRoot && layer ? [[toHex(piecesRoot), sha256Hex(layer)] as const] : [];
  });
  return {
    infoHash: torrent.infoHash,
    infoHash1: '',
    name: content.name,
    private: true,
    pieceLength: content.pieceLength,
    pieces: content.pieceCount,
    authority,
    layers: Object.fromEntries(severalPieces),
    files: content.files.map(({ path, length, piecesRoot }) => ({
      path: content.isFolder ? [content.name, ...path].join('/') : path.join('/'),
      length,
      root: piecesRoot ? toHex(piecesRoot) : EMPTY_ROOT,
    })),
  };
}

describe.skipIf(python === undefined)('our .torrent files, read by libtorrent', () => {
  let folder: string;
  let peer: Libtorrent;
  let authority: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mbt-metainfo-'));
    authority = (await TestGroup.create()).authorityPem;
    peer = await Libtorrent.open();
  });

  afterAll(async () => {
    await peer.close();
    await rm(folder, { recursive: true });
  });

  async function read(draft: ReturnType<typeof complete>): Promise<Description> {
    const file = join(folder, 'it.torrent');
    await writeFile(file, torrentFile(buildTorrent(draft.content, utf8(authority)), draft.layers));
    return peer.describe(file);
  }

  test('mean the same: info-hash, names, sizes, roots, piece layers', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(someFile, someFolder).filter(hasBytes), async (draft) => {
        const described = describeDraft(draft);
        expect(await read(described)).toEqual(expectedOf(described, authority));
      }),
      { numRuns: 40 },
    );
  });

  test('are none to it when all files are empty: such a share completes without a swarm', async () => {
    const empty = describeDraft({ name: 'a', isFolder: false, files: [{ path: ['a'], length: 0 }], seed: 1 });
    await expect(read(empty)).rejects.toThrow('invalid length of torrent');
  });

  test('are refused there when a piece layer does not lead to its root', async () => {
    const described = describeDraft({
      name: 'a',
      isFolder: false,
      files: [{ path: ['a'], length: 2_000 * KIB }],
      seed: 1,
    });
    const bytes = torrentFile(buildTorrent(described.content, utf8(authority)), described.layers);
    const layer = described.layers.layerOf(0) ?? new Uint8Array();
    const at = Buffer.from(bytes).indexOf(layer);
    expect(at).toBeGreaterThan(0);
    const file = join(folder, 'bad.torrent');
    await writeFile(file, bytes.with(at, (bytes[at] ?? 0) ^ 1));
    await expect(peer.describe(file)).rejects.toThrow(/piece layer/);
  });
});
