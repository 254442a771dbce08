import { invariant } from '../base/index.ts';

/** Buffers for pieces under way. The swarm asks, the process decides how much memory that is. */
export interface PiecePool {
  /** A buffer of at least `bytes`, contents arbitrary, or undefined when the budget is spent. */
  acquire(bytes: number): SharedArrayBuffer | undefined;
  release(buffer: SharedArrayBuffer): void;
}

const FREE_KEPT_BYTES = 16 * 1024 * 1024;

/**
 * Shared memory with a budget for a whole process. One buffer is always granted, however small the budget, so that
 * a download of pieces larger than it still moves.
 */
export class SharedPiecePool implements PiecePool {
  readonly #budgetBytes: number;
  #usedBytes = 0;
  #freeBytes = 0;
  readonly #free = new Map<number, SharedArrayBuffer[]>();

  constructor(budgetBytes: number) {
    this.#budgetBytes = budgetBytes;
  }

  get usedBytes(): number {
    return this.#usedBytes;
  }

  acquire(bytes: number): SharedArrayBuffer | undefined {
    if (this.#usedBytes > 0 && this.#usedBytes + bytes > this.#budgetBytes) return undefined;
    this.#usedBytes += bytes;
    const kept = this.#free.get(bytes)?.pop();
    if (!kept) return new SharedArrayBuffer(bytes);
    this.#freeBytes -= bytes;
    return kept;
  }

  release(buffer: SharedArrayBuffer): void {
    const bytes = buffer.byteLength;
    this.#usedBytes -= bytes;
    invariant(this.#usedBytes >= 0, 'a piece buffer released twice');
    if (this.#freeBytes + bytes > FREE_KEPT_BYTES) return;
    this.#freeBytes += bytes;
    const same = this.#free.get(bytes);
    if (same) same.push(buffer);
    else this.#free.set(bytes, [buffer]);
  }
}
