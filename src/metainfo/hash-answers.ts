import { equalBytes } from '../base/index.ts';
import { pieceAt } from './content.ts';
import {
  isRangeIn,
  RANGE_LENGTH_MAX,
  sliceOfLayer,
  topOfAnswer,
  uncleCount,
  unclesIn,
  type HashRequest,
} from './hash-range.ts';
import { BLOCK_BYTES, HASH_BYTES, layerAbove, merkleRoot, treeHeight } from './merkle.ts';
import type { PieceLayers } from './piece-layers.ts';

/**
 * The answer (hashes, then uncles) to a peer's request in the piece layer. Undefined if it is not ours to
 * give, and to be rejected: no such file, a range outside its tree, another layer, or hashes that we do not
 * know.
 */
export function answerFromPieces(layers: PieceLayers, request: HashRequest): Uint8Array | undefined {
  const file = layers.filesOf(request.piecesRoot)[0];
  if (file === undefined || request.baseLayer !== layers.layerHeight) return undefined;
  if (!isRangeIn(request, layers.fileHeight(file))) return undefined;
  const layer = layers.layerOf(file);
  if (!layer) return undefined;
  const ownLayers = treeHeight(request.length);
  const uncles = unclesAbovePieces(layers, file, request.index, ownLayers, uncleCount(request));
  return joined([sliceOfLayer(layer, request), ...uncles]);
}

/**
 * The piece whose leaves a peer asks for, if the request lies below the piece layer and within one piece
 * that we can prove; undefined if it is to be rejected. Leaves are not kept: hash the piece, then call
 * `answerFromLeaves`.
 */
export function leafPieceOf(layers: PieceLayers, request: HashRequest): number | undefined {
  const file = layers.filesOf(request.piecesRoot)[0];
  if (file === undefined || !isRangeIn(request, layers.fileHeight(file))) return undefined;
  const inPiece = layers.pieceHeight(file) - request.baseLayer;
  if (inPiece <= 0 || request.length > 2 ** inPiece) return undefined;
  const { firstPiece, pieceCount } = layers.file(file);
  const piece = Math.floor(request.index / 2 ** inPiece);
  return piece < pieceCount && layers.layerOf(file) ? firstPiece + piece : undefined;
}

/**
 * The answer to such a request out of all leaf hashes of that piece; undefined if they are not the piece's.
 */
export function answerFromLeaves(
  layers: PieceLayers,
  request: HashRequest,
  leaves: Uint8Array,
): Uint8Array | undefined {
  const piece = leafPieceOf(layers, request);
  if (piece === undefined || !leavesMatch(layers, piece, leaves)) return undefined;
  const { file } = pieceAt(layers.content, piece);
  const inPiece = layers.pieceHeight(file) - request.baseLayer;
  let base = leaves;
  for (let height = 0; height < request.baseLayer; height += 1) base = layerAbove(base, height);
  const range = { ...request, index: request.index % 2 ** inPiece };
  const ownLayers = treeHeight(range.length);
  const wanted = uncleCount(request);
  const below = Math.min(wanted, inPiece - ownLayers);
  const path = unclesIn(base, range.baseLayer, range.index, ownLayers + below).slice(ownLayers);
  const inFile = piece - layers.file(file).firstPiece;
  const above = unclesAbovePieces(layers, file, inFile, 0, wanted - below);
  return joined([sliceOfLayer(base, range), ...path, ...above]);
}

/** What to ask a peer for to learn which blocks of a failed piece are wrong; nothing if it is one block. */
export function leafRequests(layers: PieceLayers, piece: number): HashRequest[] {
  const { file } = pieceAt(layers.content, piece);
  const height = layers.pieceHeight(file);
  if (height === 0) return [];
  const { firstPiece, piecesRoot } = layers.file(file);
  const blocks = 2 ** height;
  const length = Math.min(RANGE_LENGTH_MAX, blocks);
  const start = (piece - firstPiece) * blocks;
  return Array.from({ length: blocks / length }, (_, part) => ({
    piecesRoot: piecesRoot as Uint8Array,
    baseLayer: 0,
    index: start + part * length,
    length,
    proofLayers: height - 1,
  }));
}

/**
 * The leaf hashes in a peer's answer to one of `leafRequests(piece)`, proven against the hash of the piece,
 * without padding; undefined if the answer proves nothing (that peer is wrong).
 */
export function provenLeaves(
  layers: PieceLayers,
  piece: number,
  request: HashRequest,
  answer: Uint8Array,
): Uint8Array | undefined {
  const place = pieceAt(layers.content, piece);
  const expected = layers.expected(piece);
  const top = topOfAnswer(request, answer);
  if (!expected || top?.height !== layers.pieceHeight(place.file)) return undefined;
  if (!equalBytes(top.hash, expected)) return undefined;
  const firstBlock = request.index % 2 ** top.height;
  const real = Math.min(request.length, Math.ceil(place.length / BLOCK_BYTES) - firstBlock);
  return answer.subarray(0, Math.max(0, real) * HASH_BYTES);
}

function leavesMatch(layers: PieceLayers, piece: number, leaves: Uint8Array): boolean {
  const { file, length } = pieceAt(layers.content, piece);
  if (leaves.length !== Math.ceil(length / BLOCK_BYTES) * HASH_BYTES) return false;
  const expected = layers.expected(piece);
  return expected !== undefined && equalBytes(merkleRoot(leaves, 0, layers.pieceHeight(file)), expected);
}

/**
 * `count` uncles on the way from piece `index` of a file to its root, leaving out the lowest `skipped`
 * layers: from the 512 pieces around it, then from the roots of such parts.
 */
function unclesAbovePieces(
  layers: PieceLayers,
  file: number,
  index: number,
  skipped: number,
  count: number,
): Uint8Array[] {
  const layer = layers.layerOf(file);
  const roots = layers.partRootsOf(file);
  if (count === 0 || !layer || !roots) return [];
  const part = Math.floor(index / RANGE_LENGTH_MAX);
  const partHeight = treeHeight(RANGE_LENGTH_MAX);
  const inPart = layer.subarray(
    part * RANGE_LENGTH_MAX * HASH_BYTES,
    (part + 1) * RANGE_LENGTH_MAX * HASH_BYTES,
  );
  const all = skipped + count;
  const lower =
    skipped >= partHeight
      ? new Array<Uint8Array>(partHeight).fill(new Uint8Array())
      : unclesIn(inPart, layers.layerHeight, index % RANGE_LENGTH_MAX, Math.min(all, partHeight));
  const upper = unclesIn(roots, layers.layerHeight + partHeight, part, Math.max(0, all - partHeight));
  return [...lower, ...upper].slice(skipped);
}

const joined = (parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));
