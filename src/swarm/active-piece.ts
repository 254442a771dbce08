import type { PieceIndex } from '../base/index.ts';
import { BLOCK_BYTES } from '../metainfo/index.ts';
import type { PeerSession } from './peer-session.ts';

const MISSING = 0;
const REQUESTED = 1;
const RECEIVED = 2;

/** Blocks of a piece, each in exactly one state: missing, requested (of its holder), received (from its holder). */
export class ActivePiece {
  readonly piece: PieceIndex;
  /** The piece's own bytes within its buffer. */
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  readonly blockCount: number;
  /** Peers that take their next requests from here. */
  workers = 0;
  /** All is here; the caller verifies and writes it. */
  verifying = false;
  /** It failed; who gave bad blocks is being found out. */
  judging = false;
  /** Only this peer may give: the piece failed, and nobody could say which blocks were wrong. */
  onlyFrom: PeerSession | undefined;
  mustBeFromOne = false;
  /** Some block was asked of a second peer. */
  duplicated = false;
  /** Proven leaf hashes (BEP 52), known once the piece has failed: each block is checked as it comes. */
  leaves: Uint8Array | undefined;
  /** Blocks that two peers were asked for. */
  readonly twice = new Set<number>();
  readonly #states: Uint8Array;
  readonly #holders: (PeerSession | undefined)[];
  #missing: number;
  #received = 0;
  #cursor = 0;

  constructor(piece: PieceIndex, length: number, buffer: SharedArrayBuffer) {
    this.piece = piece;
    this.bytes = new Uint8Array(buffer, 0, length);
    this.blockCount = Math.ceil(length / BLOCK_BYTES);
    this.#states = new Uint8Array(this.blockCount);
    this.#holders = Array.from({ length: this.blockCount });
    this.#missing = this.blockCount;
  }

  get missing(): number {
    return this.#missing;
  }
  get isFull(): boolean {
    return this.#received === this.blockCount;
  }
  get isEmpty(): boolean {
    return this.#missing === this.blockCount;
  }
  get receivedCount(): number {
    return this.#received;
  }

  isReceived(block: number): boolean {
    return this.#states[block] === RECEIVED;
  }
  isRequested(block: number): boolean {
    return this.#states[block] === REQUESTED;
  }
  holderOf(block: number): PeerSession | undefined {
    return this.#holders[block];
  }

  /** Marks up to `blocksMax` adjoining missing blocks as requested of `peer`; undefined if none is missing. */
  takeRun(peer: PeerSession, blocksMax: number): { begin: number; length: number } | undefined {
    if (this.#missing === 0) return undefined;
    while (this.#states[this.#cursor] !== MISSING) this.#cursor += 1;
    const first = this.#cursor;
    // Runs end where a request of the same size from the piece's start would: later ones then fit again.
    const limit = Math.min(this.blockCount, (Math.floor(first / blocksMax) + 1) * blocksMax);
    let end = first;
    while (end < limit && this.#states[end] === MISSING) {
      this.#states[end] = REQUESTED;
      this.#holders[end] = peer;
      end += 1;
    }
    this.#missing -= end - first;
    this.#cursor = end;
    return this.rangeOf(first, end);
  }

  rangeOf(first: number, end: number): { begin: number; length: number } {
    const begin = first * BLOCK_BYTES;
    return { begin, length: Math.min(end * BLOCK_BYTES, this.bytes.length) - begin };
  }

  /**
   * Whether `peer` may write the range in place: every block is waited for from it, or from nobody (then from now on
   * from it). So no two peers ever write the same bytes.
   */
  claim(peer: PeerSession, begin: number, length: number): boolean {
    const first = begin / BLOCK_BYTES;
    const end = Math.ceil((begin + length) / BLOCK_BYTES);
    for (let block = first; block < end; block += 1) {
      const free =
        this.#states[block] === MISSING ||
        (this.#states[block] === REQUESTED && this.#holders[block] === peer);
      if (!free) return false;
    }
    for (let block = first; block < end; block += 1) {
      if (this.#states[block] === MISSING) this.#missing -= 1;
      this.#states[block] = REQUESTED;
      this.#holders[block] = peer;
    }
    return true;
  }

  /** `peer` gave this block; its bytes are in place. */
  receive(block: number, peer: PeerSession): void {
    if (this.#states[block] === MISSING) this.#missing -= 1;
    this.#states[block] = RECEIVED;
    this.#holders[block] = peer;
    this.#received += 1;
  }

  /** The block is wanted anew, whatever it was. */
  miss(block: number): void {
    if (this.#states[block] === MISSING) return;
    if (this.#states[block] === RECEIVED) this.#received -= 1;
    this.#states[block] = MISSING;
    this.#holders[block] = undefined;
    this.twice.delete(block);
    this.#missing += 1;
    this.#cursor = Math.min(this.#cursor, block);
  }

  /** Gives back what `peer` was asked for in this range and has not given. */
  release(peer: PeerSession, begin: number, length: number): void {
    const end = Math.ceil((begin + length) / BLOCK_BYTES);
    for (let block = begin / BLOCK_BYTES; block < end; block += 1) {
      if (this.#states[block] === REQUESTED && this.#holders[block] === peer) this.miss(block);
    }
  }

  /** Everything is wanted anew. */
  reset(): void {
    for (let block = 0; block < this.blockCount; block += 1) this.miss(block);
  }

  /** Who gave the blocks that are here. */
  givers(): Set<PeerSession> {
    const givers = new Set<PeerSession>();
    for (let block = 0; block < this.blockCount; block += 1) {
      const holder = this.#holders[block];
      if (holder && this.isReceived(block)) givers.add(holder);
    }
    return givers;
  }

  blockBytes(block: number): Uint8Array {
    return this.bytes.subarray(block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES);
  }
}
