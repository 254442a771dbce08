import { equalBytes, sha256, view } from '../base/index.ts';
import { Bitfield, type Content } from '../metainfo/index.ts';

/**
 * The record on disk: a header with what was known when it was written (magic, content id, counts, pieces
 * held, files begun, SHA-256 of all that), then entries of 8 bytes, appended: a word of kind and value, and
 * a check of the word and its place, so that a torn end is seen.
 */
const MAGIC = Buffer.from('MBTHELD1');
const FIXED_BYTES = 48;
const DIGEST_BYTES = 32;
export const ENTRY_BYTES = 8;
const VALUE_BITS = 29;
const VALUE_MAX = 2 ** VALUE_BITS - 1;

export type Entry =
  /** This piece is verified and handed to the system, not yet known to be on the disk. */
  | { readonly kind: 'written'; readonly value: number }
  /** This piece may be there: it has to be hashed. Syncing does not change that. */
  | { readonly kind: 'doubted'; readonly value: number }
  /** The data of the pieces in 'written' entries before number `value` is on the disk. */
  | { readonly kind: 'synced'; readonly value: number }
  /** This piece is not there, whatever was said before. */
  | { readonly kind: 'lost'; readonly value: number }
  /** This file of the content was created by us. */
  | { readonly kind: 'created'; readonly value: number }
  /** This file is gone. */
  | { readonly kind: 'gone'; readonly value: number };

const KINDS = ['written', 'doubted', 'synced', 'lost', 'created', 'gone'] as const;

export interface ResumeState {
  /** Pieces whose data is on the disk. */
  readonly held: Bitfield;
  /** Pieces that were written, perhaps not to the end: to be hashed. */
  readonly unsure: Bitfield;
  /** Files of the content that we created. */
  readonly created: Bitfield;
}

export function emptyState(content: Content): ResumeState {
  return {
    held: new Bitfield(content.pieceCount),
    unsure: new Bitfield(content.pieceCount),
    created: new Bitfield(content.files.length),
  };
}

/** When the record can't be read: anything may be there, so that hashing has to tell. */
export function unknownState(content: Content): ResumeState {
  return {
    held: new Bitfield(content.pieceCount),
    unsure: Bitfield.full(content.pieceCount),
    created: Bitfield.full(content.files.length),
  };
}

/** A fresh record that says `state`. */
export function encodeRecord(content: Content, { held, unsure, created }: ResumeState): Uint8Array {
  const counts = Buffer.alloc(8);
  counts.writeUInt32BE(content.pieceCount, 0);
  counts.writeUInt32BE(content.files.length, 4);
  const id = Buffer.from(content.contentId, 'hex');
  const head = Buffer.concat([MAGIC, id, counts, held.toBytes(), created.toBytes()]);
  const entries = [...unsure.ones()].map((piece, at) => encodeEntry({ kind: 'doubted', value: piece }, at));
  return new Uint8Array(Buffer.concat([head, sha256(head), ...entries]));
}

export function encodeEntry({ kind, value }: Entry, position: number): Uint8Array {
  const entry = Buffer.alloc(ENTRY_BYTES);
  const word = KINDS.indexOf(kind) * 2 ** VALUE_BITS + value;
  entry.writeUInt32BE(word, 0);
  entry.writeUInt32BE(checkOf(word, position), 4);
  return entry;
}

/** What a record says of `content`; undefined if its header is damaged or it is another content's. */
export function decodeRecord(content: Content, bytes: Uint8Array): ResumeState | undefined {
  const heldBytes = Math.ceil(content.pieceCount / 8);
  const headBytes = FIXED_BYTES + heldBytes + Math.ceil(content.files.length / 8);
  const head = view(bytes.subarray(0, headBytes));
  if (bytes.length < headBytes + DIGEST_BYTES) return undefined;
  if (!equalBytes(sha256(head), bytes.subarray(headBytes, headBytes + DIGEST_BYTES))) return undefined;
  const isOurs = head.subarray(0, 8).equals(MAGIC) && head.toString('hex', 8, 40) === content.contentId;
  if (!isOurs || head.readUInt32BE(40) !== content.pieceCount) return undefined;
  if (head.readUInt32BE(44) !== content.files.length) return undefined;
  const held = Bitfield.fromBytes(head.subarray(FIXED_BYTES, FIXED_BYTES + heldBytes), content.pieceCount);
  const created = Bitfield.fromBytes(head.subarray(FIXED_BYTES + heldBytes), content.files.length);
  if (!held || !created) return undefined;
  const unsure = new Bitfield(content.pieceCount);
  const replayed = { held, created, doubted: new Set<number>(), written: new Map<number, number>() };
  replay(replayed, view(bytes.subarray(headBytes + DIGEST_BYTES)));
  for (const piece of [...replayed.doubted, ...replayed.written.keys()]) unsure.set(piece);
  return { held, unsure, created };
}

interface Replayed extends Pick<ResumeState, 'held' | 'created'> {
  readonly doubted: Set<number>;
  /** Written and not yet said to be synced, with the number of the entry; in the order of these. */
  readonly written: Map<number, number>;
}

function replay(state: Replayed, bytes: Buffer): void {
  for (let position = 0; (position + 1) * ENTRY_BYTES <= bytes.length; position += 1) {
    const entry = decodeEntry(bytes, position);
    if (entry) apply(state, entry, position);
  }
}

/** An entry that was not written to its end is skipped: a later one may be whole. */
function decodeEntry(bytes: Buffer, position: number): Entry | undefined {
  const word = bytes.readUInt32BE(position * ENTRY_BYTES);
  if (bytes.readUInt32BE(position * ENTRY_BYTES + 4) !== checkOf(word, position)) return undefined;
  const kind = KINDS[Math.floor(word / 2 ** VALUE_BITS)];
  return kind && { kind, value: word & VALUE_MAX };
}

function apply(state: Replayed, { kind, value }: Entry, position: number): void {
  if (kind === 'synced') return settle(state, value);
  if (kind === 'created' || kind === 'gone') {
    if (value >= state.created.size) return;
    if (kind === 'created') state.created.set(value);
    else state.created.clear(value);
    return;
  }
  if (value >= state.held.size) return;
  state.held.clear(value);
  state.doubted.delete(value);
  state.written.delete(value);
  if (kind === 'written') state.written.set(value, position);
  else if (kind === 'doubted') state.doubted.add(value);
}

function settle({ held, written }: Replayed, end: number): void {
  for (const [piece, position] of written) {
    if (position >= end) return;
    held.set(piece);
    written.delete(piece);
  }
}

/** Murmur's finishing steps: enough to tell a whole entry from zeros, leftovers, or one moved elsewhere. */
function checkOf(word: number, position: number): number {
  let mixed = (word ^ Math.imul(position + 1, 0x9e3779b1)) >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
