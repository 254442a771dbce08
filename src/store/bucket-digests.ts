import { sha256, view } from '../base/index.ts';

/** Buckets over which trackers compare what they hold: few enough to send at once, many enough to be small. */
export const BUCKET_COUNT = 4096;
export const DIGEST_BYTES = 32;

/** The bucket of a key: the first 12 bits of its SHA-256, so that keys of one kind spread evenly. */
export function bucketOf(key: string): number {
  return view(sha256(key)).readUInt16BE(0) >> 4;
}

/**
 * A digest for every bucket: SHA-256 over its sorted pairs, zeros where it is empty. Changed buckets are hashed
 * again when somebody asks, not with each change.
 */
export class BucketDigests {
  readonly #digests = new Uint8Array(BUCKET_COUNT * DIGEST_BYTES);
  readonly #changed = new Set<number>();
  readonly #pairsOf: (bucket: number) => Iterable<readonly [key: string, hash: string]>;

  /** Begins with every bucket to be read. */
  constructor(pairsOf: (bucket: number) => Iterable<readonly [key: string, hash: string]>) {
    this.#pairsOf = pairsOf;
    this.onAllChanged();
  }

  onChanged(bucket: number): void {
    this.#changed.add(bucket);
  }

  onAllChanged(): void {
    for (let bucket = 0; bucket < BUCKET_COUNT; bucket += 1) this.#changed.add(bucket);
  }

  /** A copy of all digests, one after the other. */
  current(): Uint8Array {
    for (const bucket of this.#changed) {
      let text = '';
      for (const [key, hash] of this.#pairsOf(bucket)) text += `${key} ${hash}\n`;
      const digest = text === '' ? new Uint8Array(DIGEST_BYTES) : sha256(text);
      this.#digests.set(digest, bucket * DIGEST_BYTES);
    }
    this.#changed.clear();
    return this.#digests.slice();
  }
}
