import type { Chance } from '../../base/index.ts';

/** One address of one peer, and its place among others. */
export interface Slot {
  readonly host: string;
  readonly port: number;
  /** As it is sent: 6 bytes, or 18 of IPv6. */
  readonly bytes: Uint8Array;
  /** 20 bytes as Latin-1 text, where the tracker knows them. */
  readonly peerId: string | undefined;
  /** -1: in no list. */
  at: number;
}

const FIRST_CAPACITY = 16;

/** Addresses of one family side by side, as they are sent, so that an answer is a copy of a part of them. */
export class PackedPeers {
  readonly #width: number;
  readonly #slots: Slot[] = [];
  #bytes: Buffer;

  constructor(width: number) {
    this.#width = width;
    this.#bytes = Buffer.alloc(FIRST_CAPACITY * width);
  }

  get count(): number {
    return this.#slots.length;
  }

  add(slot: Slot): void {
    slot.at = this.#slots.length;
    this.#slots.push(slot);
    if (this.#slots.length * this.#width > this.#bytes.length) this.#resize(2);
    this.#bytes.set(slot.bytes, slot.at * this.#width);
  }

  /** The last one takes the place that becomes free. */
  remove(slot: Slot): void {
    const last = this.#slots.pop();
    if (last !== undefined && last !== slot) {
      last.at = slot.at;
      this.#slots[slot.at] = last;
      this.#bytes.set(last.bytes, slot.at * this.#width);
    }
    slot.at = -1;
    const room = this.#bytes.length / this.#width;
    if (room > FIRST_CAPACITY && this.#slots.length * 4 < room) this.#resize(0.5);
  }

  has(slot: Slot | undefined): slot is Slot {
    return slot !== undefined && slot.at >= 0 && this.#slots[slot.at] === slot;
  }

  /**
   * Copies `wanted` neighbours, beginning at a place chosen by chance and going round at the end, to `into` from `offset`
   * on; never `skip`. `wanted` is at most what is there besides `skip`. Returns where the copy ends.
   */
  copyWindow(into: Buffer, offset: number, wanted: number, skip: Slot | undefined, chance: Chance): number {
    const start = this.#startOf(wanted, skip, chance);
    const end = Math.min(start + wanted, this.count);
    const width = this.#width;
    this.#bytes.copy(into, offset, start * width, end * width);
    this.#bytes.copy(into, offset + (end - start) * width, 0, (wanted - (end - start)) * width);
    return offset + wanted * width;
  }

  /** The same as slots. */
  window(wanted: number, skip: Slot | undefined, chance: Chance): Slot[] {
    const start = this.#startOf(wanted, skip, chance);
    const round = start + wanted - this.count;
    return [...this.#slots.slice(start, start + wanted), ...this.#slots.slice(0, Math.max(0, round))];
  }

  /** A place from which `wanted` neighbours don't reach `skip`. */
  #startOf(wanted: number, skip: Slot | undefined, chance: Chance): number {
    const { count } = this;
    if (!this.has(skip)) return Math.floor(chance() * count);
    return (skip.at + 1 + Math.floor(chance() * (count - wanted))) % count;
  }

  #resize(factor: number): void {
    const bytes = Buffer.alloc(this.#bytes.length * factor);
    this.#bytes.copy(bytes);
    this.#bytes = bytes;
  }
}
