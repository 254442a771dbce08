import { HASH_BYTES, hashPair, layerAbove, merkleRoot, padHash, treeHeight } from './merkle.ts';

/** Hashes in one answer at most: BEP 52 advises no more. */
export const RANGE_LENGTH_MAX = 512;

/** Which hashes of a file's tree a BEP 52 hash request asks for. */
export interface HashRange {
  /** 0 are the leaves, of 16 KiB each. */
  readonly baseLayer: number;
  /** First hash wanted in that layer: a multiple of `length`. */
  readonly index: number;
  /** How many: a power of two, at least 2. */
  readonly length: number;
  /**
   * Layers above the base layer for which uncles are wanted, counting those that the hashes give
   * themselves.
   */
  readonly proofLayers: number;
}

/** A hash request: a range in the tree of the files with this root. */
export interface HashRequest extends HashRange {
  readonly piecesRoot: Uint8Array;
}

/** Whether a tree of `height` layers above its leaves has that range at all. */
export function isRangeIn(range: HashRange, height: number): boolean {
  const { baseLayer, index, length, proofLayers } = range;
  if (![baseLayer, index, length, proofLayers].every((n) => Number.isSafeInteger(n) && n >= 0)) return false;
  if (length < 2 || length > RANGE_LENGTH_MAX || 2 ** treeHeight(length) !== length) return false;
  if (baseLayer >= height || proofLayers >= height - baseLayer) return false;
  return index % length === 0 && index + length <= 2 ** (height - baseLayer);
}

/** Uncle hashes at the end of an answer: the layers that follow from the hashes themselves have none. */
export const uncleCount = ({ length, proofLayers }: HashRange): number =>
  Math.max(0, proofLayers - (treeHeight(length) - 1));

/** Bytes of the answer to `range`. */
export const answerBytes = (range: HashRange): number => (range.length + uncleCount(range)) * HASH_BYTES;

/** The hashes of `range` out of the layer that it asks for, padded behind the layer's end. */
export function sliceOfLayer(layer: Uint8Array, { baseLayer, index, length }: HashRange): Uint8Array {
  const slice = new Uint8Array(length * HASH_BYTES);
  for (let at = 0; at < length; at += 1) slice.set(hashAt(layer, index + at, baseLayer), at * HASH_BYTES);
  return slice;
}

/**
 * The siblings on the way up from hash `index` of `layer`, which stands at `height`: `count` of them,
 * lowest first.
 */
export function unclesIn(layer: Uint8Array, height: number, index: number, count: number): Uint8Array[] {
  const uncles: Uint8Array[] = [];
  let current = layer;
  let at = index;
  for (let up = 0; up < count; up += 1) {
    uncles.push(hashAt(current, at ^ 1, height + up));
    if (up + 1 < count) current = layerAbove(current, height + up);
    at >>= 1;
  }
  return uncles;
}

/** What an answer proves, once its uncles are used up, if `hash` is known to stand at that place. */
export interface RangeTop {
  readonly height: number;
  readonly index: number;
  readonly hash: Uint8Array;
}

/** Where the hashes of an answer lead; undefined if it has the wrong size. */
export function topOfAnswer(range: HashRange, answer: Uint8Array): RangeTop | undefined {
  if (answer.length !== answerBytes(range)) return undefined;
  let height = range.baseLayer + treeHeight(range.length);
  let index = range.index / range.length;
  let hash = merkleRoot(answer.subarray(0, range.length * HASH_BYTES), range.baseLayer, height);
  for (let at = range.length * HASH_BYTES; at < answer.length; at += HASH_BYTES) {
    const uncle = answer.subarray(at, at + HASH_BYTES);
    hash = index % 2 === 0 ? hashPair(hash, uncle) : hashPair(uncle, hash);
    index = Math.floor(index / 2);
    height += 1;
  }
  return { height, index, hash };
}

function hashAt(layer: Uint8Array, index: number, height: number): Uint8Array {
  if ((index + 1) * HASH_BYTES > layer.length) return padHash(height);
  return layer.subarray(index * HASH_BYTES, (index + 1) * HASH_BYTES);
}
