import { invariant, type Chance } from '../base/index.ts';

/** Counts at most; a piece that more peers have is as common as can be. */
const COUNT_MAX = 255;
/** Candidates looked at in order of rarity. */
const PROBES_MAX = 96;

/** Whose pieces are searched, and how far. */
export interface Sweeper {
  readonly has: { get(piece: number): boolean } | undefined;
  sweepAt: number;
}

/**
 * Pieces ordered by how many peers have them, rarest first, ties in random order. Adding, removing and counting
 * move a bounded number of entries, whatever the number of pieces: `#order` holds the listed pieces bucket after bucket,
 * `#starts[c]` is where the bucket of count c begins.
 */
export class RarityOrder {
  readonly #chance: Chance;
  readonly #counts: Uint8Array;
  readonly #order: Int32Array;
  readonly #places: Int32Array;
  readonly #starts = new Int32Array(COUNT_MAX + 2);
  #size = 0;
  #highest = 0;

  constructor(pieceCount: number, chance: Chance) {
    this.#chance = chance;
    this.#counts = new Uint8Array(pieceCount);
    this.#order = new Int32Array(pieceCount);
    this.#places = new Int32Array(pieceCount).fill(-1);
  }

  /** Pieces listed. */
  get size(): number {
    return this.#size;
  }

  has(piece: number): boolean {
    return this.#places[piece]! >= 0;
  }

  countOf(piece: number): number {
    return this.#counts[piece]!;
  }

  /** Lists `piece`, if it is not listed yet. */
  add(piece: number): void {
    if (this.has(piece)) return;
    const count = this.#counts[piece]!;
    this.#highest = Math.max(this.#highest, count);
    let hole = this.#size;
    this.#size += 1;
    for (let c = this.#highest; c > count; c -= 1) {
      const first = this.#starts[c]!;
      if (first !== hole) this.#put(this.#order[first]!, hole);
      hole = first;
      this.#starts[c] = first + 1;
    }
    for (let c = this.#highest + 1; c < this.#starts.length; c += 1) this.#starts[c] = this.#size;
    this.#put(piece, hole);
    this.#shuffleIn(hole, count);
  }

  /** Takes `piece` off the list; its count goes on. */
  remove(piece: number): void {
    let hole = this.#places[piece]!;
    if (hole < 0) return;
    for (let c = this.#counts[piece]!; c <= this.#highest; c += 1) {
      const last = this.#starts[c + 1]! - 1;
      if (last !== hole) this.#put(this.#order[last]!, hole);
      hole = last;
      this.#starts[c + 1] = last;
    }
    this.#size -= 1;
    for (let c = this.#highest + 1; c < this.#starts.length; c += 1) this.#starts[c] = this.#size;
    this.#places[piece] = -1;
  }

  /** One more has it. */
  increase(piece: number): void {
    const count = this.#counts[piece]!;
    if (count === COUNT_MAX) return;
    this.#counts[piece] = count + 1;
    const place = this.#places[piece]!;
    if (place < 0) return;
    const last = this.#starts[count + 1]! - 1;
    this.#swap(place, last);
    if (count + 1 > this.#highest) this.#raiseHighest(count + 1);
    this.#starts[count + 1] = last;
    this.#shuffleIn(last, count + 1);
  }

  /** One less has it. */
  decrease(piece: number): void {
    const count = this.#counts[piece]!;
    if (count === 0 || count === COUNT_MAX) return;
    this.#counts[piece] = count - 1;
    const place = this.#places[piece]!;
    if (place < 0) return;
    const first = this.#starts[count]!;
    this.#swap(place, first);
    this.#starts[count] = first + 1;
    this.#shuffleIn(first, count - 1);
  }

  /** The rarest listed piece that fits, if one of the rarest does. */
  pick(fits: (piece: number) => boolean): number | undefined {
    const probes = Math.min(this.#size, PROBES_MAX);
    for (let at = 0; at < probes; at += 1) {
      const piece = this.#order[at]!;
      if (fits(piece)) return piece;
    }
    return undefined;
  }

  /**
   * Any listed piece that the peer has. Goes on where its last sweep ended: to find all of them costs one look at
   * every piece, so it is cheap for each, however few they are.
   */
  sweep(peer: Sweeper): number | undefined {
    const total = this.#places.length;
    if (this.#size <= PROBES_MAX) return undefined;
    for (let n = 0; n < total; n += 1) {
      const piece = peer.sweepAt < total ? peer.sweepAt : 0;
      peer.sweepAt = piece + 1;
      if (this.#places[piece]! >= 0 && peer.has?.get(piece) === true) return piece;
    }
    return undefined;
  }

  /** For tests: every listed piece stands in its bucket, and nothing else does. */
  checkInvariants(): void {
    invariant(this.#starts[0] === 0 && this.#starts[COUNT_MAX + 1] === this.#size, 'buckets span the list');
    let listed = 0;
    for (let piece = 0; piece < this.#places.length; piece += 1) {
      const place = this.#places[piece]!;
      if (place < 0) continue;
      listed += 1;
      const count = this.#counts[piece]!;
      invariant(this.#order[place] === piece, `piece ${piece} is where it says`);
      invariant(
        place >= this.#starts[count]! && place < this.#starts[count + 1]!,
        `piece ${piece} in bucket ${count}`,
      );
    }
    invariant(listed === this.#size, 'all listed pieces counted');
  }

  #raiseHighest(count: number): void {
    for (let c = this.#highest + 1; c <= count; c += 1) this.#starts[c] = this.#size;
    this.#highest = count;
  }

  #shuffleIn(place: number, count: number): void {
    const first = this.#starts[count]!;
    const width = this.#starts[count + 1]! - first;
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
