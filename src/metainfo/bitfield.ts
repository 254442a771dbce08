import { invariant } from '../base/index.ts';

/** A set of piece numbers below `size`; its bytes are as BEP 3 sends them: the highest bit is piece 0. */
export class Bitfield {
  readonly size: number;
  readonly #bytes: Uint8Array;
  #count = 0;

  constructor(size: number) {
    this.size = size;
    this.#bytes = new Uint8Array(Math.ceil(size / 8));
  }

  /** The set that `bytes` spells, copied; undefined for a wrong length or bits set behind the last piece. */
  static fromBytes(bytes: Uint8Array, size: number): Bitfield | undefined {
    if (bytes.length !== Math.ceil(size / 8)) return undefined;
    const spareMask = (1 << (bytes.length * 8 - size)) - 1;
    if (((bytes[bytes.length - 1] ?? 0) & spareMask) !== 0) return undefined;
    const field = new Bitfield(size);
    field.#bytes.set(bytes);
    for (const byte of bytes) field.#count += onesIn(byte);
    return field;
  }

  static full(size: number): Bitfield {
    const field = new Bitfield(size);
    field.#bytes.fill(0xff);
    const spareBits = field.#bytes.length * 8 - size;
    if (spareBits > 0) field.#bytes[field.#bytes.length - 1] = (0xff << spareBits) & 0xff;
    field.#count = size;
    return field;
  }

  /** How many pieces are in the set. */
  get count(): number {
    return this.#count;
  }

  get isComplete(): boolean {
    return this.#count === this.size;
  }

  get(piece: number): boolean {
    return ((this.#bytes[piece >> 3] ?? 0) & (0x80 >> (piece & 7))) !== 0;
  }

  /** False if it was there already. */
  set(piece: number): boolean {
    invariant(piece >= 0 && piece < this.size, `piece ${piece} of ${this.size}`);
    if (this.get(piece)) return false;
    this.#bytes[piece >> 3] = (this.#bytes[piece >> 3] ?? 0) | (0x80 >> (piece & 7));
    this.#count += 1;
    return true;
  }

  /** False if it was not there. */
  clear(piece: number): boolean {
    if (!this.get(piece)) return false;
    this.#bytes[piece >> 3] = (this.#bytes[piece >> 3] ?? 0) & ~(0x80 >> (piece & 7));
    this.#count -= 1;
    return true;
  }

  /** The pieces in the set, ascending. */
  *ones(): Generator<number> {
    for (const [at, byte] of this.#bytes.entries()) {
      if (byte === 0) continue;
      for (let bit = 0; bit < 8; bit += 1) if ((byte & (0x80 >> bit)) !== 0) yield at * 8 + bit;
    }
  }

  /** The pieces not in the set, ascending. */
  *zeros(): Generator<number> {
    for (let piece = 0; piece < this.size; piece += 1) {
      if (this.#bytes[piece >> 3] === 0xff) piece |= 7;
      else if (!this.get(piece)) yield piece;
    }
  }

  clone(): Bitfield {
    const copy = new Bitfield(this.size);
    copy.#bytes.set(this.#bytes);
    copy.#count = this.#count;
    return copy;
  }

  toBytes(): Uint8Array {
    return this.#bytes.slice();
  }
}

function onesIn(byte: number): number {
  let ones = 0;
  for (let rest = byte; rest !== 0; rest &= rest - 1) ones += 1;
  return ones;
}
