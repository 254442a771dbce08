import { view } from '../base/index.ts';
import { BencodeError } from './errors.ts';
import type { BDict, BValue } from './value.ts';

/** What a decoder accepts at most; hostile input costs no more than this. */
export interface BencodeLimits {
  /** Lists and dictionaries inside one another. */
  readonly maxDepth: number;
  /** Values in all: integers, strings, lists and dictionaries; keys are not counted. */
  readonly maxItems: number;
}

const DEFAULT_LIMITS: BencodeLimits = { maxDepth: 100, maxItems: 100_000 };
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const DICT = 0x64;
const END = 0x65;
const INTEGER = 0x69;
const LIST = 0x6c;
const DIGITS_MAX = String(Number.MAX_SAFE_INTEGER).length;

/**
 * The one value in `bytes`. Strict: keys sorted and unique, integers and lengths in their shortest form,
 * nothing after the value. Strings are views of `bytes`, not copies. Throws BencodeError.
 */
export function decode(bytes: Uint8Array, limits: Partial<BencodeLimits> = {}): BValue {
  const { value, end } = decodePrefix(bytes, limits);
  if (end !== bytes.length) throw new BencodeError(`offset ${end}: bytes after the end of the value`);
  return value;
}

/** As `decode`, but bytes may follow the value: `end` is where they begin. BEP 9 sends such messages. */
export function decodePrefix(
  bytes: Uint8Array,
  limits: Partial<BencodeLimits> = {},
): { value: BValue; end: number } {
  const decoder = new Decoder(bytes, { ...DEFAULT_LIMITS, ...limits });
  const value = decoder.readValue(0);
  return { value, end: decoder.at };
}

class Decoder {
  readonly #bytes: Uint8Array;
  readonly #latin1: Buffer;
  readonly #limits: BencodeLimits;
  #itemCount = 0;
  at = 0;

  constructor(bytes: Uint8Array, limits: BencodeLimits) {
    this.#bytes = bytes;
    this.#latin1 = view(bytes);
    this.#limits = limits;
  }

  readValue(depth: number): BValue {
    this.#itemCount += 1;
    if (this.#itemCount > this.#limits.maxItems) throw this.#fault(`over ${this.#limits.maxItems} values`);
    const first = this.#bytes[this.at];
    if (first === undefined) throw this.#fault('the value is cut off');
    if (first === INTEGER) return this.#readInteger();
    if (isDigit(first)) return this.#readBytes();
    if (first !== LIST && first !== DICT) throw this.#fault('no value starts like this');
    if (depth >= this.#limits.maxDepth) throw this.#fault(`nested deeper than ${this.#limits.maxDepth}`);
    this.at += 1;
    return first === LIST ? this.#readList(depth + 1) : this.#readDict(depth + 1);
  }

  #readList(depth: number): BValue[] {
    const items: BValue[] = [];
    while (!this.#takeEnd()) items.push(this.readValue(depth));
    return items;
  }

  #readDict(depth: number): BDict {
    const dict: BDict = new Map();
    let last: string | undefined;
    while (!this.#takeEnd()) {
      if (!isDigit(this.#bytes[this.at])) throw this.#fault('a key is not a string');
      const keyAt = this.at;
      const key = this.#readKey();
      if (last !== undefined && key <= last) {
        this.at = keyAt;
        throw this.#fault(key === last ? 'a key is there twice' : 'keys are not in order');
      }
      last = key;
      dict.set(key, this.readValue(depth));
    }
    return dict;
  }

  #takeEnd(): boolean {
    if (this.#bytes[this.at] !== END) return false;
    this.at += 1;
    return true;
  }

  #readInteger(): number {
    this.at += 1;
    const negative = this.#bytes[this.at] === MINUS;
    if (negative) this.at += 1;
    const magnitude = this.#readDigits(END);
    if (negative && magnitude === 0) throw this.#fault('minus zero');
    return negative ? -magnitude : magnitude;
  }

  #readBytes(): Uint8Array {
    const start = this.#readStringStart();
    return this.#bytes.subarray(start, this.at);
  }

  #readKey(): string {
    const start = this.#readStringStart();
    return this.#latin1.toString('latin1', start, this.at);
  }

  /** Reads `<length>:`, steps over the string and returns where it starts. */
  #readStringStart(): number {
    const length = this.#readDigits(COLON);
    if (length > this.#bytes.length - this.at) throw this.#fault(`a string of ${length} bytes is cut off`);
    const start = this.at;
    this.at += length;
    return start;
  }

  #readDigits(terminator: number): number {
    const start = this.at;
    let value = 0;
    let digit = this.#bytes[this.at];
    while (isDigit(digit)) {
      value = value * 10 + (digit - ZERO);
      this.at += 1;
      if (this.at - start > DIGITS_MAX) throw this.#fault('the number is too large');
      digit = this.#bytes[this.at];
    }
    if (this.at === start) throw this.#fault('a digit is missing');
    if (digit !== terminator) throw this.#fault('the number does not end properly');
    if (this.#bytes[start] === ZERO && this.at - start > 1) throw this.#fault('a number with leading zeros');
    if (!Number.isSafeInteger(value)) throw this.#fault('the number is too large');
    this.at += 1;
    return value;
  }

  #fault(why: string): BencodeError {
    return new BencodeError(`offset ${this.at}: ${why}`);
  }
}

function isDigit(byte: number | undefined): byte is number {
  return byte !== undefined && byte >= ZERO && byte <= NINE;
}
