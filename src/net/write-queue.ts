/**
 * Bytes of one write. TLS over loopback was fastest with whole writes of 64 KiB (four full records), one under way
 * at a time: larger ones and several at once both cost 10 to 30 %.
 */
export const WRITE_BYTES = 64 * 1024;

/**
 * Chunks waiting to be sent, handed out as writes of 64 KiB that ignore the chunks' borders. Long chunks go out
 * in place; only ends and short ones are gathered in a buffer of the queue's own.
 */
export class WriteQueue {
  readonly #chunks: Uint8Array[] = [];
  #head = 0;
  #offset = 0;
  #bytes = 0;
  #gather: Uint8Array | undefined;

  /** Bytes not yet taken. */
  get bytes(): number {
    return this.#bytes;
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
  }

  /** The next `limit` bytes or fewer, at most 64 KiB; good until the next call. Undefined when there is nothing. */
  take(limit: number): Uint8Array | undefined {
    const wanted = Math.min(limit, WRITE_BYTES, this.#bytes);
    const first = this.#chunks[this.#head];
    if (first === undefined || wanted <= 0) return undefined;
    this.#bytes -= wanted;
    if (first.length - this.#offset < wanted) return this.#gatherBytes(wanted);
    const slice = first.subarray(this.#offset, this.#offset + wanted);
    this.#advance(first, wanted);
    return slice;
  }

  clear(): void {
    this.#chunks.length = 0;
    this.#head = 0;
    this.#offset = 0;
    this.#bytes = 0;
    this.#gather = undefined;
  }

  #gatherBytes(wanted: number): Uint8Array {
    this.#gather ??= new Uint8Array(WRITE_BYTES);
    let filled = 0;
    for (let chunk = this.#chunks[this.#head]; chunk && filled < wanted; chunk = this.#chunks[this.#head]) {
      const length = Math.min(wanted - filled, chunk.length - this.#offset);
      this.#gather.set(chunk.subarray(this.#offset, this.#offset + length), filled);
      filled += length;
      this.#advance(chunk, length);
    }
    return this.#gather.subarray(0, filled);
  }

  #advance(chunk: Uint8Array, length: number): void {
    this.#offset += length;
    if (this.#offset < chunk.length) return;
    this.#offset = 0;
    this.#head += 1;
    if (this.#head < this.#chunks.length && this.#head < 64) return;
    this.#chunks.splice(0, this.#head);
    this.#head = 0;
  }
}
