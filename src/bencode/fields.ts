import { BencodeError } from './errors.ts';
import type { BDict, BValue } from './value.ts';

/**
 * Typed access to a dictionary: each getter throws BencodeError naming the key, `maybe…` allows its
 * absence.
 */

export function asDict(value: BValue, what: string): BDict {
  if (value instanceof Map) return value;
  throw new BencodeError(`${what}: not a dictionary`);
}

export const dictOf = (dict: BDict, key: string): BDict => asDict(required(dict, key), key);
export const bytesOf = (dict: BDict, key: string): Uint8Array => asBytes(required(dict, key), key);
export const intOf = (dict: BDict, key: string): number => asInteger(required(dict, key), key);
export const listOf = (dict: BDict, key: string): BValue[] => asList(required(dict, key), key);
export const textOf = (dict: BDict, key: string): string => asText(required(dict, key), key);

export const maybeBytesOf = (dict: BDict, key: string): Uint8Array | undefined => maybe(dict, key, asBytes);
export const maybeIntOf = (dict: BDict, key: string): number | undefined => maybe(dict, key, asInteger);
export const maybeTextOf = (dict: BDict, key: string): string | undefined => maybe(dict, key, asText);

/** `value` as text; bytes that are not UTF-8 are a fault, never replaced. */
export function asText(value: BValue, what: string): string {
  const bytes = asBytes(value, what);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new BencodeError(`${what}: not UTF-8`);
  }
}

/** A key as bencode dictionaries hold it: the bytes of `text` in UTF-8, one character each. */
export const textKey = (text: string): string => Buffer.from(text, 'utf8').toString('latin1');

/** The text that a dictionary's key spells in UTF-8. */
export const keyText = (key: string): string => asText(new Uint8Array(Buffer.from(key, 'latin1')), 'key');

export function asBytes(value: BValue, what: string): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw new BencodeError(`${what}: not a string`);
}

export function asInteger(value: BValue, what: string): number {
  if (typeof value === 'number') return value;
  throw new BencodeError(`${what}: not an integer`);
}

export function asList(value: BValue, what: string): BValue[] {
  if (Array.isArray(value)) return value;
  throw new BencodeError(`${what}: not a list`);
}

function required(dict: BDict, key: string): BValue {
  const value = dict.get(key);
  if (value === undefined) throw new BencodeError(`${key}: missing`);
  return value;
}

function maybe<T>(dict: BDict, key: string, as: (value: BValue, what: string) => T): T | undefined {
  const value = dict.get(key);
  return value === undefined ? undefined : as(value, key);
}
