import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededChance, sha256, utf8 } from '../base/index.ts';
import { asDict, decode, dictOf, encode, textOf } from '../bencode/index.ts';
import { buildContent, fileTreeBytes, pieceAt, pieceTreeBytes, type Content } from './content.ts';
import {
  answerFromLeaves,
  answerFromPieces,
  leafPieceOf,
  leafRequests,
  provenLeaves,
} from './hash-answers.ts';
import { answerBytes, isRangeIn, topOfAnswer, type HashRequest } from './hash-range.ts';
import {
  BLOCK_BYTES,
  HASH_BYTES,
  leafHashes,
  merkleRoot,
  padHash,
  pieceRoot,
  rootOfLayer,
  treeHeight,
} from './merkle.ts';
import { PieceLayers } from './piece-layers.ts';
import { torrentFile } from './torrent-file.ts';
import { buildTorrent } from './torrent.ts';

const PIECE = 256 * 1024;

/** The definition, with no shortcuts: every leaf and every padding written out. */
function plainLayers(leaves: Uint8Array[]): Uint8Array[][] {
  const width = 2 ** treeHeight(leaves.length);
  let layer = [...leaves, ...new Array<Uint8Array>(width - leaves.length).fill(new Uint8Array(HASH_BYTES))];
  const layers = [layer];
  while (layer.length > 1) {
    const below = layer;
    layer = Array.from({ length: below.length / 2 }, (_, at) =>
      sha256(below[2 * at] as Uint8Array, below[2 * at + 1] as Uint8Array),
    );
    layers.push(layer);
  }
  return layers;
}

const hashesIn = (bytes: Uint8Array): Uint8Array[] =>
  Array.from({ length: bytes.length / HASH_BYTES }, (_, at) =>
    bytes.slice(at * HASH_BYTES, (at + 1) * HASH_BYTES),
  );

const randomBytes = (length: number, seed: number): Uint8Array => {
  const chance = seededChance(seed);
  return Uint8Array.from({ length }, () => chance() * 256);
};

describe('trees', () => {
  test('a root is that of the tree written out', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), (count) => {
        const leaves = Array.from({ length: count }, (_, at) => sha256(String(at)));
        const joined = new Uint8Array(Buffer.concat(leaves));
        expect(merkleRoot(joined, 0, treeHeight(count))).toEqual(plainLayers(leaves).at(-1)?.[0]);
      }),
    );
  });

  test.each([1, 100, BLOCK_BYTES, BLOCK_BYTES + 1, 3 * BLOCK_BYTES, PIECE, PIECE + 1, 3 * PIECE + 5])(
    'a file of %i bytes: from its pieces as from all its blocks',
    (length) => {
      const bytes = randomBytes(length, length);
      const plain = plainLayers(hashesIn(leafHashes(bytes))).at(-1)?.[0];
      if (length <= PIECE) return expect(pieceRoot(bytes, fileTreeBytes(length))).toEqual(plain);
      const pieces = Array.from({ length: Math.ceil(length / PIECE) }, (_, at) =>
        pieceRoot(bytes.subarray(at * PIECE, (at + 1) * PIECE), PIECE),
      );
      expect(rootOfLayer(new Uint8Array(Buffer.concat(pieces)), PIECE)).toEqual(plain);
    },
  );
});

/** A content of files with made-up leaves: for proofs nobody needs the bytes. */
class FakeContent {
  readonly content: Content;
  readonly layers: PieceLayers;
  readonly leaves: Uint8Array[][] = [];

  constructor(lengths: readonly number[]) {
    const files = lengths.map((length, at) => {
      const leaves = Array.from({ length: Math.ceil(length / BLOCK_BYTES) }, (_, n) => sha256(`${at}/${n}`));
      this.leaves.push(leaves);
      return {
        path: [`file-${String(at).padStart(3, '0')}`],
        length,
        piecesRoot: plainLayers(leaves).at(-1)?.[0],
      };
    });
    this.content = buildContent({ name: 'fake', isFolder: true, files });
    this.layers = new PieceLayers(this.content);
  }

  /** Teaches `layers` everything. */
  known(): this {
    for (const [at, leaves] of this.leaves.entries()) {
      const layer = plainLayers(leaves)[Math.min(4, treeHeight(leaves.length))] ?? [];
      const { pieceCount } = this.layers.file(at);
      expect(this.layers.setLayer(at, new Uint8Array(Buffer.concat(layer.slice(0, pieceCount))))).toBe(true);
    }
    return this;
  }

  leavesOf(piece: number): Uint8Array {
    const { file, offset, length } = pieceAt(this.content, piece);
    const first = offset / BLOCK_BYTES;
    return new Uint8Array(
      Buffer.concat(
        (this.leaves[file] as Uint8Array[]).slice(first, first + Math.ceil(length / BLOCK_BYTES)),
      ),
    );
  }
}

describe('hash requests (BEP 52)', () => {
  const lengths = [3 * PIECE + 1, 5, 1300 * PIECE - 7, PIECE, 2 * PIECE];
  const seed = new FakeContent(lengths).known();

  test('a leecher learns all layers from a seed, in answers of at most 512 hashes', () => {
    const { layers } = new FakeContent(lengths);
    let requests = 0;
    for (
      let piece = layers.missing().next().value;
      piece !== undefined;
      piece = layers.missing().next().value
    ) {
      const request = layers.requestFor(piece as number) as HashRequest;
      const answer = answerFromPieces(seed.layers, request) as Uint8Array;
      expect(answer.length).toBe(answerBytes(request));
      expect(layers.accept(request, answer)).toBe(true);
      requests += 1;
    }
    expect(requests).toBe(1 + 3 + 1);
    expect(layers.toBytes()).toEqual(seed.layers.toBytes());
    expect(PieceLayers.fromBytes(layers.content, layers.toBytes())?.isComplete).toBe(true);
  });

  test('an answer with any bit changed, too short or for another place proves nothing', () => {
    const { layers } = new FakeContent(lengths);
    const request = layers.requestFor(layers.file(2).firstPiece + 1299) as HashRequest;
    const answer = answerFromPieces(seed.layers, request) as Uint8Array;
    fc.assert(
      fc.property(fc.nat(answer.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        expect(layers.accept(request, answer.with(at, (answer[at] as number) ^ flip))).toBe(false);
      }),
      { numRuns: 30 },
    );
    expect(layers.accept(request, answer.subarray(HASH_BYTES))).toBe(false);
    expect(layers.accept({ ...request, index: 0 }, answer)).toBe(false);
    expect(layers.accept({ ...request, piecesRoot: sha256('?') }, answer)).toBe(false);
    expect([...layers.missing()].length).toBe(4 + 1300 + 2);
  });

  test('the hashes of a piece that is a whole file are known from the metadata', () => {
    const { layers } = new FakeContent(lengths);
    expect(layers.expected(4)).toEqual(layers.file(1).piecesRoot);
    expect(layers.requestFor(4)).toBeUndefined();
  });

  test('copies of a file are learnt together', () => {
    const fake = new FakeContent([2 * PIECE]);
    const file = fake.content.files[0];
    const copies = buildContent({
      name: 'copies',
      isFolder: true,
      files: ['a', 'b'].map((name) => ({ path: [name], length: 2 * PIECE, piecesRoot: file?.piecesRoot })),
    });
    const layers = new PieceLayers(copies);
    const request = layers.requestFor(0) as HashRequest;
    expect(layers.accept(request, answerFromPieces(fake.known().layers, request) as Uint8Array)).toBe(true);
    expect(layers.isComplete).toBe(true);
  });

  test('leaf hashes prove themselves against each piece', () => {
    for (let piece = 0; piece < seed.content.pieceCount; piece += 97) {
      const leaves = seed.leavesOf(piece);
      const blocks = pieceTreeBytes(seed.content, piece) / BLOCK_BYTES;
      const requests = leafRequests(seed.layers, piece);
      expect(requests.length).toBe(blocks === 1 ? 0 : 1);
      for (const request of requests) {
        expect(leafPieceOf(seed.layers, request)).toBe(piece);
        const answer = answerFromLeaves(seed.layers, request, leaves) as Uint8Array;
        expect(provenLeaves(seed.layers, piece, request, answer)).toEqual(leaves);
        expect(
          provenLeaves(seed.layers, piece, request, answer.with(0, (answer[0] as number) ^ 1)),
        ).toBeUndefined();
        expect(
          answerFromLeaves(seed.layers, request, leaves.with(0, (leaves[0] as number) ^ 1)),
        ).toBeUndefined();
      }
    }
  });

  test('any range below the pieces, with any proof, leads to the hash at its top', () => {
    const heights = { file: 2, root: 4 + treeHeight(1300) };
    const { firstPiece, piecesRoot } = seed.layers.file(heights.file);
    const plain = plainLayers(seed.leaves[heights.file] as Uint8Array[]);
    const ranges = fc
      .record({
        baseLayer: fc.nat(3),
        log: fc.integer({ min: 1, max: 4 }),
        at: fc.nat(),
        proofLayers: fc.nat(14),
      })
      .filter(
        ({ baseLayer, log, proofLayers }) => baseLayer + log <= 4 && proofLayers < heights.root - baseLayer,
      );
    fc.assert(
      fc.property(ranges, ({ baseLayer, log, at, proofLayers }) => {
        const length = 2 ** log;
        const index = (at % ((1300 * 16) / 2 ** baseLayer / length)) * length;
        const request = { piecesRoot: piecesRoot as Uint8Array, baseLayer, index, length, proofLayers };
        const piece = leafPieceOf(seed.layers, request) as number;
        expect(piece).toBe(firstPiece + Math.floor((index * 2 ** baseLayer) / 16));
        const top = topOfAnswer(
          request,
          answerFromLeaves(seed.layers, request, seed.leavesOf(piece)) as Uint8Array,
        );
        expect(top?.hash).toEqual(plain[top?.height as number]?.[top?.index as number]);
        expect(top?.height).toBe(baseLayer + Math.max(log, proofLayers + 1));
      }),
    );
  });

  const good = { baseLayer: 4, index: 0, length: 4, proofLayers: 1 };
  test.each([
    { why: 'length of no power of two', range: { ...good, length: 3 } },
    { why: 'one hash', range: { ...good, length: 1 } },
    { why: 'none', range: { ...good, length: 0 } },
    { why: 'over 512', range: { ...good, length: 1024 } },
    { why: 'not aligned', range: { ...good, index: 2 } },
    { why: 'behind the tree', range: { ...good, index: 4 } },
    { why: 'above the tree', range: { ...good, baseLayer: 6 } },
    { why: 'more proof than tree', range: { ...good, proofLayers: 2 } },
    { why: 'negative', range: { ...good, index: -4 } },
    { why: 'not a number', range: { ...good, index: Number.NaN } },
    { why: 'u32 turned around', range: { ...good, index: 2 ** 32 - 4 } },
  ])('a request for a range is refused: $why', ({ range }) => {
    expect(isRangeIn(good, 6)).toBe(true);
    expect(isRangeIn(range, 6)).toBe(false);
    const request = { ...range, piecesRoot: seed.layers.file(0).piecesRoot as Uint8Array };
    expect(answerFromPieces(seed.layers, request)).toBeUndefined();
    expect(leafPieceOf(seed.layers, request)).toBeUndefined();
  });

  test('what we do not know or do not have is not answered', () => {
    const { layers } = new FakeContent(lengths);
    const piecesRoot = layers.file(0).piecesRoot as Uint8Array;
    expect(answerFromPieces(layers, { ...good, piecesRoot })).toBeUndefined();
    expect(answerFromPieces(seed.layers, { ...good, piecesRoot: sha256('?') })).toBeUndefined();
    expect(leafPieceOf(layers, { ...good, baseLayer: 0, piecesRoot })).toBeUndefined();
  });

  test('layers that do not lead to the roots are refused', () => {
    const bytes = seed.layers.toBytes();
    expect(PieceLayers.fromBytes(seed.content, bytes.with(500 * HASH_BYTES, 1))).toBeUndefined();
    expect(PieceLayers.fromBytes(seed.content, bytes.subarray(1))).toBeUndefined();
  });

  test('a .torrent holds the info dictionary byte for byte, and the layers of files with several pieces', () => {
    const torrent = buildTorrent(seed.content, utf8('PEM'));
    const bytes = torrentFile(torrent, seed.layers);
    const file = asDict(decode(bytes, { maxItems: 10_000 }), 'torrent');
    expect(encode(dictOf(file, 'info'))).toEqual(torrent.infoBytes);
    const layers = dictOf(file, 'piece layers');
    const roots = [0, 2, 4].map((at) =>
      Buffer.from(seed.layers.file(at).piecesRoot ?? []).toString('latin1'),
    );
    expect([...layers.keys()]).toEqual(roots.toSorted());
    expect(layers.get(roots[1] as string)).toEqual(seed.layers.layerOf(2));
  });

  test.each([
    { trackers: [], keys: ['info', 'piece layers'] },
    { trackers: ['http://127.0.0.1:1/a'], keys: ['announce', 'info', 'piece layers'] },
    {
      trackers: ['http://127.0.0.1:1/a', 'http://127.0.0.1:2/a'],
      keys: ['announce', 'announce-list', 'info', 'piece layers'],
    },
  ])('a .torrent names its trackers, all in one tier: $trackers', ({ trackers, keys }) => {
    const bytes = torrentFile(buildTorrent(seed.content), seed.layers, trackers);
    const file = asDict(decode(bytes, { maxItems: 10_000 }), 'torrent');
    expect([...file.keys()]).toEqual(keys);
    if (trackers.length > 0) expect(textOf(file, 'announce')).toBe(trackers[0]);
    if (trackers.length > 1) expect(file.get('announce-list')).toEqual([trackers.map(utf8)]);
  });

  test('padding is what BEP 52 says', () => {
    expect(padHash(0)).toEqual(new Uint8Array(32));
    expect(padHash(2)).toEqual(sha256(sha256(new Uint8Array(64)), sha256(new Uint8Array(64))));
  });
});
