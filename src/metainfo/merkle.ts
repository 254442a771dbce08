import { hash } from 'node:crypto';
import { invariant } from '../base/index.ts';

/** BEP 52: a leaf of a file's tree is the SHA-256 of this many bytes; BEP 3: what one request asks for. */
export const BLOCK_BYTES = 16 * 1024;
export const HASH_BYTES = 32;

/** Layers above the leaves in the smallest tree with room for `leaves`. */
export function treeHeight(leaves: number): number {
  let height = 0;
  while (2 ** height < leaves) height += 1;
  return height;
}

const padHashes: Uint8Array[] = [new Uint8Array(HASH_BYTES)];

/** What stands `height` layers above missing leaves (BEP 52: a missing leaf is 32 zero bytes). */
export function padHash(height: number): Uint8Array {
  for (let next = padHashes.length; next <= height; next += 1) {
    const below = padHash(next - 1);
    padHashes.push(hashPair(below, below));
  }
  return padHashes[height] as Uint8Array;
}

/** The parent of two hashes. */
export function hashPair(left: Uint8Array, right: Uint8Array): Uint8Array {
  const pair = new Uint8Array(2 * HASH_BYTES);
  pair.set(left);
  pair.set(right, HASH_BYTES);
  return layerAbove(pair, 0);
}

/** The layer above `layer` (hashes one after another, `height` layers above the leaves), padded if odd. */
export function layerAbove(layer: Uint8Array, height: number): Uint8Array {
  const parents = Math.ceil(layer.length / (2 * HASH_BYTES));
  const above = Buffer.allocUnsafeSlow(parents * HASH_BYTES);
  const whole = layer.length / (2 * HASH_BYTES);
  for (let parent = 0; parent < parents; parent += 1) {
    const children = layer.subarray(parent * 2 * HASH_BYTES, (parent + 1) * 2 * HASH_BYTES);
    const pair = parent + 1 <= whole ? children : Buffer.concat([children, padHash(height)]);
    // A latin1 digest costs a third of one in a Buffer of its own.
    above.write(hash('sha256', pair, 'binary'), parent * HASH_BYTES, 'latin1');
  }
  return new Uint8Array(above.buffer, above.byteOffset, above.length);
}

/**
 * Root of the tree whose layer `bottom` is `layer` and whose root is layer `top` (layer 0 are the leaves).
 * What is missing at the end of the layer is padding.
 */
export function merkleRoot(layer: Uint8Array, bottom: number, top: number): Uint8Array {
  invariant(layer.length > 0 && layer.length / HASH_BYTES <= 2 ** (top - bottom), 'layer fits its tree');
  let current = layer;
  let height = bottom;
  for (; height < top && current.length > scratch.length; height += 1) current = layerAbove(current, height);
  scratch.set(current);
  let count = current.length / HASH_BYTES;
  for (; height < top; height += 1) {
    if (count % 2 === 1) scratch.set(padHash(height), count * HASH_BYTES);
    count = Math.ceil(count / 2);
    for (let parent = 0; parent < count; parent += 1) {
      const pair = scratchPairs[parent] as Uint8Array;
      scratch.write(hash('sha256', pair, 'binary'), parent * HASH_BYTES, 'latin1');
    }
  }
  return new Uint8Array(scratch.subarray(0, HASH_BYTES));
}

/**
 * Where the upper layers of trees are hashed, each over the one below: to allocate and to view memory for each pair would
 * cost as much as its hash. The leaves of the largest piece fit.
 */
const SCRATCH_HASHES = 1024;
const scratch = Buffer.alloc(SCRATCH_HASHES * HASH_BYTES);
const scratchPairs = Array.from({ length: SCRATCH_HASHES / 2 }, (_, at) =>
  scratch.subarray(at * 2 * HASH_BYTES, (at + 1) * 2 * HASH_BYTES),
);

/** SHA-256 of each 16 KiB of `bytes`, the last one as short as it is, one after another. */
export function leafHashes(bytes: Uint8Array): Uint8Array {
  const leaves = Buffer.allocUnsafeSlow(Math.ceil(bytes.length / BLOCK_BYTES) * HASH_BYTES);
  putLeafHashes(bytes, leaves, 0);
  return new Uint8Array(leaves.buffer, leaves.byteOffset, leaves.length);
}

/** As `leafHashes`, into `leaves` from its byte `at` on. */
export function putLeafHashes(bytes: Uint8Array, leaves: Buffer, at: number): void {
  let to = at;
  for (let begin = 0; begin < bytes.length; begin += BLOCK_BYTES) {
    // A latin1 digest costs a third of one in a Buffer of its own.
    leaves.write(hash('sha256', bytes.subarray(begin, begin + BLOCK_BYTES), 'binary'), to, 'latin1');
    to += HASH_BYTES;
  }
}

/**
 * Root of one piece's tree. `treeBytes` is what the tree spans: the piece length, or for the only piece of a
 * small file what `pieceTreeBytes` says.
 */
export function pieceRoot(piece: Uint8Array, treeBytes: number): Uint8Array {
  return merkleRoot(leafHashes(piece), 0, treeHeight(treeBytes / BLOCK_BYTES));
}

/** Layers between the leaves and the hashes of whole pieces. */
export const pieceLayerHeight = (pieceLength: number): number => treeHeight(pieceLength / BLOCK_BYTES);

/** The pieces root of a file of more than one piece, from the hashes of its pieces. */
export function rootOfLayer(layer: Uint8Array, pieceLength: number): Uint8Array {
  const bottom = pieceLayerHeight(pieceLength);
  return merkleRoot(layer, bottom, bottom + treeHeight(layer.length / HASH_BYTES));
}
