import type { Bitfield, Content } from '../../metainfo/index.ts';
import { Wish, type Priority, type SwarmStatus } from '../../swarm/index.ts';
import type { DownloadEntry } from './library.ts';

/** A download that gets nothing for so long gives its place among the active ones to another. */
const STALLED_MS = 15_000;

/** How much of a download is here, as its swarm says or as it was when it stood still. */
export class DownloadProgress {
  readonly #size: number;
  heldBytes: number;
  wantedBytes: number;
  /** Of what is wanted. */
  lackingBytes: number;
  /** When something came last, or it began. */
  movedAtMs = 0;

  constructor({ size, heldBytes, wantedBytes = size, lackingBytes = size - heldBytes }: DownloadEntry) {
    this.#size = size;
    this.heldBytes = heldBytes;
    this.wantedBytes = wantedBytes;
    this.lackingBytes = lackingBytes;
  }

  /** Part of the whole content that is held, 0 to 1. */
  get have(): number {
    return this.#size === 0 ? 0 : Math.min(1, this.heldBytes / this.#size);
  }

  get isLacking(): boolean {
    return this.lackingBytes > 0;
  }

  isStalled(nowMs: number): boolean {
    return nowMs - this.movedAtMs >= STALLED_MS;
  }

  note(status: SwarmStatus, nowMs: number): void {
    if (status.heldBytes !== this.heldBytes || status.bytesPerSecondDown > 0) this.movedAtMs = nowMs;
    if (!status.hasMetadata) return;
    this.heldBytes = status.heldBytes;
    this.wantedBytes = status.wantedBytes ?? this.wantedBytes;
    this.lackingBytes = status.lackingBytes ?? this.lackingBytes;
  }

  /** Counts anew what is wanted of what is not held. */
  count(content: Content, held: Bitfield, priorities: readonly Priority[]): void {
    const { wantedBytes, lackingBytes } = new Wish(content, held, priorities);
    this.wantedBytes = wantedBytes;
    this.lackingBytes = lackingBytes;
  }

  /** Everything is held. */
  finish(): void {
    this.heldBytes = this.#size;
    this.wantedBytes = this.#size;
    this.lackingBytes = 0;
  }

  /** What the entry keeps of it. */
  get kept(): Pick<DownloadEntry, 'heldBytes' | 'wantedBytes' | 'lackingBytes'> {
    const { heldBytes, wantedBytes, lackingBytes } = this;
    return { heldBytes, wantedBytes, lackingBytes };
  }
}
