import { BencodeError } from './errors.ts';
import type { BDict, BValue } from './value.ts';

const START_BYTES = 256;

/** Canonical bencode: keys in byte order. Throws BencodeError for what bencode cannot say. */
export function encode(value: BValue): Uint8Array {
  const out = new Output();
  write(out, value);
  return out.taken();
}

function write(out: Output, value: BValue): void {
  if (typeof value === 'number') out.text(`i${checkedInteger(value)}e`);
  else if (value instanceof Uint8Array) out.string(value);
  else if (Array.isArray(value)) {
    out.text('l');
    for (const item of value) write(out, item);
    out.text('e');
  } else writeDict(out, value);
}

function writeDict(out: Output, dict: BDict): void {
  out.text('d');
  // No comparator: the default order of strings is that of their code units, here bytes.
  for (const key of [...dict.keys()].sort()) {
    if (!isLatin1(key)) throw new BencodeError(`key ${JSON.stringify(key)} does not hold raw bytes`);
    out.text(`${key.length}:${key}`);
    write(out, dict.get(key) as BValue);
  }
  out.text('e');
}

function checkedInteger(value: number): number {
  if (!Number.isSafeInteger(value)) throw new BencodeError(`${value} is not a safe integer`);
  return value === 0 ? 0 : value; // minus zero has no form of its own
}

function isLatin1(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 0xff) return false;
  return true;
}

class Output {
  #bytes = Buffer.allocUnsafe(START_BYTES);
  #length = 0;

  text(latin1: string): void {
    this.#reserve(latin1.length);
    this.#length += this.#bytes.write(latin1, this.#length, 'latin1');
  }

  string(bytes: Uint8Array): void {
    this.text(`${bytes.length}:`);
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  taken(): Uint8Array {
    return new Uint8Array(this.#bytes.subarray(0, this.#length));
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}
