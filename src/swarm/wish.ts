import { pieceAt, type Bitfield, type Content } from '../metainfo/index.ts';

/** How much a file is wanted. `skip`: not at all, nobody is asked for it. */
export type Priority = 'skip' | 'low' | 'normal' | 'high';

/** Priorities as the picker counts them: the lesser comes first. */
const RANKS: readonly Priority[] = ['high', 'normal', 'low', 'skip'];
export const NORMAL = RANKS.indexOf('normal');
/** Ranks of what is wanted; the one after them is that of what is not. */
export const RANK_COUNT = RANKS.indexOf('skip');

const rankOf = (priority: Priority): number => RANKS.indexOf(priority);

/** Which pieces are wanted how much, and how many of those that are wanted are not held. */
export class Wish {
  /** Of each piece. */
  readonly ranks: Uint8Array;
  /** Wanted pieces that are not held. */
  lacking = 0;
  lackingBytes = 0;
  /** Of all wanted pieces, held or not. */
  wantedBytes = 0;
  readonly #content: Content;
  readonly #held: Bitfield;
  readonly #fileRanks: Uint8Array;

  /** `held` is the swarm's own. Files without a priority are normal. */
  constructor(content: Content, held: Bitfield, priorities: readonly Priority[] = []) {
    this.#content = content;
    this.#held = held;
    this.ranks = new Uint8Array(content.pieceCount).fill(NORMAL);
    this.#fileRanks = Uint8Array.from(content.files, (_, file) => rankOf(priorities[file] ?? 'normal'));
    for (const [file, { firstPiece, pieceCount, length }] of content.files.entries()) {
      const rank = this.#fileRanks[file]!;
      this.ranks.fill(rank, firstPiece, firstPiece + pieceCount);
      if (rank === RANK_COUNT) continue;
      this.wantedBytes += length;
      for (let at = 0; at < pieceCount; at += 1) {
        if (held.get(firstPiece + at)) continue;
        this.lacking += 1;
        this.lackingBytes += Math.min(content.pieceLength, length - at * content.pieceLength);
      }
    }
  }

  isWanted(piece: number): boolean {
    return this.ranks[piece] !== RANK_COUNT;
  }

  /** Goes through the pieces whose rank changes by this, and the new rank of each; to be set by `rank`. */
  *changes(priorities: readonly Priority[]): Generator<{ readonly piece: number; readonly rank: number }> {
    for (const [file, { firstPiece, pieceCount }] of this.#content.files.entries()) {
      const rank = rankOf(priorities[file] ?? 'normal');
      if (rank === this.#fileRanks[file]) continue;
      this.#fileRanks[file] = rank;
      for (let piece = firstPiece; piece < firstPiece + pieceCount; piece += 1) yield { piece, rank };
    }
  }

  rank(piece: number, rank: number): void {
    if (this.isWanted(piece)) this.#count(piece, -1);
    this.ranks[piece] = rank;
    if (this.isWanted(piece)) this.#count(piece, 1);
  }

  /** The piece is held from now on, or no longer. */
  onHeld(piece: number, isHeld: boolean): void {
    if (!this.isWanted(piece)) return;
    const sign = isHeld ? -1 : 1;
    this.lacking += sign;
    this.lackingBytes += sign * pieceAt(this.#content, piece).length;
  }

  #count(piece: number, sign: 1 | -1): void {
    const bytes = sign * pieceAt(this.#content, piece).length;
    this.wantedBytes += bytes;
    if (this.#held.get(piece)) return;
    this.lacking += sign;
    this.lackingBytes += bytes;
  }
}
