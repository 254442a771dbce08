import type { SwarmCore } from './core.ts';

/** So much from where a reader stands on is fetched first, and in order. */
const AHEAD_BYTES = 16 * 1024 * 1024;
/** Of large pieces at least so many. */
const AHEAD_PIECES_MIN = 2;
/** Readers at a time; one more takes the place of the one that moved longest ago. */
const READERS_MAX = 32;
/** Who has what it asked for and does not move on for so long is not fetched for any more. */
const IDLE_MS = 30_000;

/** Somebody who reads the content while it loads; numbers are given by the caller. */
export type ReaderId = number;

interface Reader {
  /** The piece that it reads. */
  readonly at: number;
  /** After the last piece that it may come to. */
  readonly end: number;
  readonly movedMs: number;
}

/** Where the content is being read: what stands next there is wanted before anything else. */
export class Readers {
  readonly #core: SwarmCore;
  /** The one that moved last is the last. */
  readonly #readers = new Map<ReaderId, Reader>();

  constructor(core: SwarmCore) {
    this.#core = core;
  }

  get isEmpty(): boolean {
    return this.#readers.size === 0;
  }

  /** The reader is at piece `at`, and goes on before `end`. False: that was known. */
  move(id: ReaderId, at: number, end: number, nowMs: number): boolean {
    const before = this.#readers.get(id);
    this.#readers.delete(id);
    const [oldest] = this.#readers.keys();
    if (oldest !== undefined && this.#readers.size >= READERS_MAX) this.#readers.delete(oldest);
    this.#readers.set(id, { at, end, movedMs: nowMs });
    return before?.at !== at || before.end !== end;
  }

  close(id: ReaderId): void {
    this.#readers.delete(id);
  }

  tick(nowMs: number): void {
    for (const [id, { at, movedMs }] of this.#readers) {
      if (nowMs - movedMs >= IDLE_MS && this.#core.work?.held.get(at) !== false) this.#readers.delete(id);
    }
  }

  /** Pieces that readers stand at and do not have: they wait. */
  *waitedFor(): Generator<number> {
    for (const { at } of this.#readers.values()) if (this.#core.work?.held.get(at) === false) yield at;
  }

  isWaitedFor(piece: number): boolean {
    for (const waitedFor of this.waitedFor()) if (waitedFor === piece) return true;
    return false;
  }

  /** Pieces to be fetched first, in that order: the next one of each reader, then the one after it of each, … */
  *pieces(): Generator<number> {
    const { work } = this.#core;
    if (!work) return;
    const ahead = Math.max(AHEAD_PIECES_MIN, Math.ceil(AHEAD_BYTES / work.content.pieceLength));
    for (let step = 0; step < ahead; step += 1) {
      for (const { at, end } of this.#readers.values()) {
        const piece = at + step;
        if (piece < end && !work.held.get(piece)) yield piece;
      }
    }
  }
}
