import { invariant, type Chance } from '../base/index.ts';
import { NORMAL, RANK_COUNT } from './wish.ts';

/** Counts at most; a piece that more peers have is as common as can be. */
const COUNT_MAX = 255;
/** Buckets of a rank: one for each count. */
const RANK_WIDTH = COUNT_MAX + 1;
/** Candidates looked at in order of rarity. */
const PROBES_MAX = 96;

/** Whose pieces are searched, and how far. */
export interface Sweeper {
  readonly has: { get(piece: number): boolean } | undefined;
  sweepAt: number;
}

/**
 * Pieces ordered by rank, within it by how many peers have them, rarest first, ties in random order. Adding, removing
 * and counting move a bounded number of entries, whatever the number of pieces: `#order` holds the listed pieces bucket
 * after bucket, `#starts[b]` is where bucket b begins, up to the one after `#highest`.
 */
export class RarityOrder {
  readonly #chance: Chance;
  readonly #ranks: Uint8Array;
  readonly #counts: Uint8Array;
  readonly #order: Int32Array;
  readonly #places: Int32Array;
  readonly #starts = new Int32Array(RANK_COUNT * RANK_WIDTH + 1);
  #size = 0;
  /** No bucket above it was ever used. */
  #highest = 0;

  /** `ranks`: of each piece; that of a listed piece must not change. @default all normal */
  constructor(
    pieceCount: number,
    chance: Chance,
    ranks: Uint8Array = new Uint8Array(pieceCount).fill(NORMAL),
  ) {
    this.#chance = chance;
    this.#ranks = ranks;
    this.#counts = new Uint8Array(pieceCount);
    this.#order = new Int32Array(pieceCount);
    this.#places = new Int32Array(pieceCount).fill(-1);
  }

  /** Pieces listed. */
  get size(): number {
    return this.#size;
  }

  /** Of them those of one rank. */
  sizeOf(rank: number): number {
    return this.#startOf((rank + 1) * RANK_WIDTH) - this.#startOf(rank * RANK_WIDTH);
  }

  has(piece: number): boolean {
    return this.#places[piece]! >= 0;
  }

  /** How many have each piece, listed or not; a view. */
  counts(): Readonly<Uint8Array> {
    return this.#counts;
  }

  /** Lists `piece`, if it is not listed yet. */
  add(piece: number): void {
    if (this.has(piece)) return;
    const bucket = this.#bucketOf(piece);
    if (bucket > this.#highest) this.#raiseHighest(bucket);
    let hole = this.#size;
    this.#size += 1;
    for (let b = this.#highest; b > bucket; b -= 1) {
      const first = this.#starts[b]!;
      if (first !== hole) this.#put(this.#order[first]!, hole);
      hole = first;
      this.#starts[b] = first + 1;
    }
    this.#starts[this.#highest + 1] = this.#size;
    this.#put(piece, hole);
    this.#shuffleIn(hole, bucket);
  }

  /** Takes `piece` off the list; its count goes on. */
  remove(piece: number): void {
    let hole = this.#places[piece]!;
    if (hole < 0) return;
    for (let b = this.#bucketOf(piece); b <= this.#highest; b += 1) {
      const last = this.#starts[b + 1]! - 1;
      if (last !== hole) this.#put(this.#order[last]!, hole);
      hole = last;
      this.#starts[b + 1] = last;
    }
    this.#size -= 1;
    this.#places[piece] = -1;
  }

  /** One more has it. */
  increase(piece: number): void {
    const count = this.#counts[piece]!;
    if (count === COUNT_MAX) return;
    const place = this.#places[piece]!;
    if (place < 0) {
      this.#counts[piece] = count + 1;
      return;
    }
    const bucket = this.#bucketOf(piece) + 1;
    this.#counts[piece] = count + 1;
    const last = this.#starts[bucket]! - 1;
    this.#swap(place, last);
    if (bucket > this.#highest) this.#raiseHighest(bucket);
    this.#starts[bucket] = last;
    this.#shuffleIn(last, bucket);
  }

  /** One less has it. */
  decrease(piece: number): void {
    const count = this.#counts[piece]!;
    if (count === 0 || count === COUNT_MAX) return;
    this.#counts[piece] = count - 1;
    const place = this.#places[piece]!;
    if (place < 0) return;
    const bucket = this.#bucketOf(piece);
    const first = this.#starts[bucket + 1]!;
    this.#swap(place, first);
    this.#starts[bucket + 1] = first + 1;
    this.#shuffleIn(first, bucket);
  }

  /** The rarest listed piece of a rank that fits, if one of the rarest does. */
  pick(fits: (piece: number) => boolean, rank = NORMAL): number | undefined {
    const first = this.#startOf(rank * RANK_WIDTH);
    const end = Math.min(this.#startOf((rank + 1) * RANK_WIDTH), first + PROBES_MAX);
    for (let at = first; at < end; at += 1) {
      const piece = this.#order[at]!;
      if (fits(piece)) return piece;
    }
    return undefined;
  }

  /**
   * Any listed piece of a rank that the peer has. Goes on where its last sweep ended: to find all of them costs one
   * look at every piece, so it is cheap for each, however few they are.
   */
  sweep(peer: Sweeper, rank = NORMAL): number | undefined {
    const total = this.#places.length;
    if (this.sizeOf(rank) <= PROBES_MAX) return undefined;
    for (let n = 0; n < total; n += 1) {
      const piece = peer.sweepAt < total ? peer.sweepAt : 0;
      peer.sweepAt = piece + 1;
      if (this.#places[piece]! < 0 || this.#ranks[piece] !== rank) continue;
      if (peer.has?.get(piece) === true) return piece;
    }
    return undefined;
  }

  /** For tests: every listed piece stands in its bucket, and nothing else does. */
  checkInvariants(): void {
    invariant(
      this.#starts[0] === 0 && this.#starts[this.#highest + 1] === this.#size,
      'buckets span the list',
    );
    let listed = 0;
    for (let piece = 0; piece < this.#places.length; piece += 1) {
      const place = this.#places[piece]!;
      if (place < 0) continue;
      listed += 1;
      const bucket = this.#bucketOf(piece);
      invariant(bucket <= this.#highest, `bucket ${bucket} is in use`);
      invariant(this.#order[place] === piece, `piece ${piece} is where it says`);
      invariant(
        place >= this.#starts[bucket]! && place < this.#starts[bucket + 1]!,
        `piece ${piece} in bucket ${bucket}`,
      );
    }
    invariant(listed === this.#size, 'all listed pieces counted');
  }

  #bucketOf(piece: number): number {
    return this.#ranks[piece]! * RANK_WIDTH + this.#counts[piece]!;
  }

  #startOf(bucket: number): number {
    return bucket > this.#highest ? this.#size : this.#starts[bucket]!;
  }

  #raiseHighest(bucket: number): void {
    for (let b = this.#highest + 1; b <= bucket + 1; b += 1) this.#starts[b] = this.#size;
    this.#highest = bucket;
  }

  #shuffleIn(place: number, bucket: number): void {
    const first = this.#starts[bucket]!;
    const width = this.#starts[bucket + 1]! - first;
    if (width > 1) this.#swap(place, first + Math.floor(this.#chance() * width));
  }

  #swap(a: number, b: number): void {
    const pieceA = this.#order[a]!;
    this.#put(this.#order[b]!, a);
    this.#put(pieceA, b);
  }

  #put(piece: number, place: number): void {
    this.#order[place] = piece;
    this.#places[piece] = place;
  }
}
