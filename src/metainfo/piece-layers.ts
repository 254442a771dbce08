import { equalBytes, invariant, toHex } from '../base/index.ts';
import { Bitfield } from './bitfield.ts';
import { pieceAt, type Content, type ContentFile } from './content.ts';
import { isRangeIn, RANGE_LENGTH_MAX, topOfAnswer, type HashRequest } from './hash-range.ts';
import { BLOCK_BYTES, HASH_BYTES, merkleRoot, padHash, pieceLayerHeight, treeHeight } from './merkle.ts';

/**
 * What each piece of a content must hash to, as far as it is known: all of it for who shares, in proven parts
 * of up to 512 for who downloads. 32 bytes a piece.
 */
export class PieceLayers {
  readonly content: Content;
  /** Layers between the leaves and the hashes of whole pieces. */
  readonly layerHeight: number;
  readonly #hashes: Uint8Array;
  readonly #known: Bitfield;
  readonly #partRoots = new Map<number, Uint8Array>();
  #filesByRoot: Map<string, number[]> | undefined;

  constructor(content: Content) {
    this.content = content;
    this.layerHeight = pieceLayerHeight(content.pieceLength);
    this.#hashes = new Uint8Array(content.pieceCount * HASH_BYTES);
    this.#known = new Bitfield(content.pieceCount);
    for (const file of content.files) {
      if (file.pieceCount === 1 && file.piecesRoot) this.#store(file.firstPiece, file.piecesRoot);
    }
  }

  /** All layers of a content, as `toBytes` gave them; undefined if they do not lead to its roots. */
  static fromBytes(content: Content, bytes: Uint8Array): PieceLayers | undefined {
    if (bytes.length !== content.pieceCount * HASH_BYTES) return undefined;
    const layers = new PieceLayers(content);
    for (const [index, { firstPiece, pieceCount }] of content.files.entries()) {
      const layer = bytes.subarray(firstPiece * HASH_BYTES, (firstPiece + pieceCount) * HASH_BYTES);
      if (!layers.setLayer(index, layer)) return undefined;
    }
    return layers;
  }

  /** The hashes of all pieces, one after another; only of complete layers. */
  toBytes(): Uint8Array {
    invariant(this.isComplete, 'the piece layers are complete');
    return this.#hashes.slice();
  }

  get isComplete(): boolean {
    return this.#known.isComplete;
  }

  /** Root of the piece's tree, if known. A view, not a copy. */
  expected(piece: number): Uint8Array | undefined {
    if (!this.#known.get(piece)) return undefined;
    return this.#hashes.subarray(piece * HASH_BYTES, (piece + 1) * HASH_BYTES);
  }

  /** Pieces whose hash is not known yet, ascending. */
  missing(): Generator<number> {
    return this.#known.zeros();
  }

  /** Takes the hashes of all pieces of one file; false if they do not lead to its pieces root. */
  setLayer(file: number, layer: Uint8Array): boolean {
    const { firstPiece, pieceCount, piecesRoot } = this.file(file);
    if (layer.length !== pieceCount * HASH_BYTES) return false;
    if (!piecesRoot) return true;
    const root = pieceCount === 1 ? layer : this.#rootFromParts(file, partRoots(layer, this.layerHeight));
    if (!equalBytes(root, piecesRoot)) return false;
    this.#store(firstPiece, layer);
    return true;
  }

  /** The hashes of all pieces of one file, as .torrent files hold them; undefined while any is unknown. */
  layerOf(file: number): Uint8Array | undefined {
    const { firstPiece, pieceCount } = this.file(file);
    for (let piece = firstPiece; piece < firstPiece + pieceCount; piece += 1) {
      if (!this.#known.get(piece)) return undefined;
    }
    return this.#hashes.subarray(firstPiece * HASH_BYTES, (firstPiece + pieceCount) * HASH_BYTES);
  }

  /** What to ask a peer for to learn the hash of `piece` and its neighbours'; undefined if it is known. */
  requestFor(piece: number): HashRequest | undefined {
    if (this.#known.get(piece)) return undefined;
    const { firstPiece, pieceCount, piecesRoot } = this.file(pieceAt(this.content, piece).file);
    const widthHeight = treeHeight(pieceCount);
    const length = Math.min(RANGE_LENGTH_MAX, 2 ** widthHeight);
    const index = Math.floor((piece - firstPiece) / length) * length;
    return {
      piecesRoot: piecesRoot as Uint8Array,
      baseLayer: this.layerHeight,
      index,
      length,
      proofLayers: widthHeight - 1,
    };
  }

  /**
   * Takes a peer's answer to a request made by `requestFor`. False if it does not prove itself (that peer is
   * wrong). Afterwards those pieces are known in every file with that root.
   */
  accept(request: HashRequest, answer: Uint8Array): boolean {
    const files = this.filesOf(request.piecesRoot);
    if (files[0] === undefined || request.baseLayer !== this.layerHeight) return false;
    const height = this.fileHeight(files[0]);
    if (!isRangeIn(request, height)) return false;
    const top = topOfAnswer(request, answer);
    if (top?.height !== height || !equalBytes(top.hash, request.piecesRoot)) return false;
    const { pieceCount } = this.file(files[0]);
    const real = Math.max(0, Math.min(request.length, pieceCount - request.index)) * HASH_BYTES;
    if (!isPadding(answer.subarray(real, request.length * HASH_BYTES), this.layerHeight)) return false;
    for (const file of files) {
      this.#store(this.file(file).firstPiece + request.index, answer.subarray(0, real));
    }
    return true;
  }

  file(index: number): ContentFile {
    const file = this.content.files[index];
    invariant(file, `file ${index} of ${this.content.files.length}`);
    return file;
  }

  /** The files with that pieces root: several if the content holds copies. */
  filesOf(piecesRoot: Uint8Array): readonly number[] {
    this.#filesByRoot ??= this.#indexRoots();
    return this.#filesByRoot.get(toHex(piecesRoot)) ?? [];
  }

  /** Layers of the file's tree above its leaves. */
  fileHeight(file: number): number {
    return treeHeight(Math.ceil(this.file(file).length / BLOCK_BYTES));
  }

  /** Layers of the tree of one of the file's pieces: fewer than `layerHeight` in a small file. */
  pieceHeight(file: number): number {
    return Math.min(this.layerHeight, this.fileHeight(file));
  }

  /**
   * Roots of each 512 pieces of a file whose layer is known: kept, so that a proof out of a huge file costs
   * no more than one out of a small file.
   */
  partRootsOf(file: number): Uint8Array | undefined {
    const kept = this.#partRoots.get(file);
    if (kept) return kept;
    const layer = this.layerOf(file);
    if (!layer || layer.length === 0) return undefined;
    const roots = partRoots(layer, this.layerHeight);
    this.#partRoots.set(file, roots);
    return roots;
  }

  #rootFromParts(file: number, roots: Uint8Array): Uint8Array {
    const { pieceCount } = this.file(file);
    const bottom = this.layerHeight + Math.min(PART_HEIGHT, treeHeight(pieceCount));
    const root = merkleRoot(roots, bottom, this.fileHeight(file));
    this.#partRoots.set(file, roots);
    return root;
  }

  #store(firstPiece: number, hashes: Uint8Array): void {
    this.#hashes.set(hashes, firstPiece * HASH_BYTES);
    for (let at = 0; at < hashes.length / HASH_BYTES; at += 1) this.#known.set(firstPiece + at);
  }

  #indexRoots(): Map<string, number[]> {
    const index = new Map<string, number[]>();
    for (const [at, { piecesRoot }] of this.content.files.entries()) {
      if (!piecesRoot) continue;
      const hex = toHex(piecesRoot);
      const files = index.get(hex);
      if (files) files.push(at);
      else index.set(hex, [at]);
    }
    return index;
  }
}

const PART_HEIGHT = treeHeight(RANGE_LENGTH_MAX);

/** Roots of each 512 hashes of a layer; of all of them, in its own smallest tree, if they are fewer. */
function partRoots(layer: Uint8Array, layerHeight: number): Uint8Array {
  const partBytes = RANGE_LENGTH_MAX * HASH_BYTES;
  const top = layerHeight + Math.min(PART_HEIGHT, treeHeight(layer.length / HASH_BYTES));
  const roots = new Uint8Array(Math.ceil(layer.length / partBytes) * HASH_BYTES);
  for (let part = 0; part * partBytes < layer.length; part += 1) {
    const hashes = layer.subarray(part * partBytes, (part + 1) * partBytes);
    roots.set(merkleRoot(hashes, layerHeight, top), part * HASH_BYTES);
  }
  return roots;
}

function isPadding(hashes: Uint8Array, height: number): boolean {
  const pad = padHash(height);
  for (let at = 0; at < hashes.length; at += HASH_BYTES) {
    if (!equalBytes(hashes.subarray(at, at + HASH_BYTES), pad)) return false;
  }
  return true;
}
