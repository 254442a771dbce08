import { invariant } from '../base/index.ts';

/** Buffers for pieces under way. The swarm asks, the process decides how much memory that is. */
export interface PiecePool {
  /** A buffer of at least `bytes`, contents arbitrary, or undefined when the budget is spent. */
  acquire(bytes: number): SharedArrayBuffer | undefined;
  release(buffer: SharedArrayBuffer): void;
}

/** Kept for the next download when nothing is under way. */
const IDLE_KEPT_BYTES = 16 * 1024 * 1024;

/**
 * Shared memory with a budget for a whole process. One buffer is always granted, however small the budget, so that
 * a download of pieces larger than it still moves. Buffers are used again, as fresh memory costs page faults; those
 * in use and those kept never exceed the budget together.
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
  get keptBytes(): number {
    return this.#freeBytes;
  }

  acquire(bytes: number): SharedArrayBuffer | undefined {
    if (this.#usedBytes > 0 && this.#usedBytes + bytes > this.#budgetBytes) return undefined;
    const kept = this.#free.get(bytes)?.pop();
    if (kept) this.#freeBytes -= bytes;
    this.#usedBytes += bytes;
    this.#trim(this.#budgetBytes - this.#usedBytes);
    return kept ?? new SharedArrayBuffer(bytes);
  }

  release(buffer: SharedArrayBuffer): void {
    const bytes = buffer.byteLength;
    this.#usedBytes -= bytes;
    invariant(this.#usedBytes >= 0, 'a piece buffer released twice');
    const same = this.#free.get(bytes);
    if (same) same.push(buffer);
    else this.#free.set(bytes, [buffer]);
    this.#freeBytes += bytes;
    this.#trim(this.#usedBytes > 0 ? this.#budgetBytes - this.#usedBytes : IDLE_KEPT_BYTES);
  }

  #trim(keptMax: number): void {
    for (const [bytes, buffers] of this.#free) {
      while (this.#freeBytes > keptMax && buffers.length > 0) {
        buffers.pop();
        this.#freeBytes -= bytes;
      }
      if (buffers.length === 0) this.#free.delete(bytes);
    }
  }
}
