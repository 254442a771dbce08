/** Free memory kept for reuse at most. */
const FREE_BYTES_MAX = 16 * 1024 * 1024;

/**
 * Buffers for blocks on their way out, by size. Fresh memory of this size costs more than the block's copy out of
 * the page cache, so it is used again.
 */
export class FramePool {
  readonly #free = new Map<number, Uint8Array[]>();
  #freeBytes = 0;

  /** A buffer of exactly `bytes`, contents arbitrary. */
  acquire(bytes: number): Uint8Array {
    const kept = this.#free.get(bytes)?.pop();
    if (kept === undefined) return Buffer.allocUnsafeSlow(bytes);
    this.#freeBytes -= bytes;
    return kept;
  }

  /** Nobody may use `frame` afterwards. */
  release(frame: Uint8Array): void {
    const bytes = frame.length;
    if (this.#freeBytes + bytes > FREE_BYTES_MAX) return;
    this.#freeBytes += bytes;
    const same = this.#free.get(bytes);
    if (same) same.push(frame);
    else this.#free.set(bytes, [frame]);
  }
}
