import { createHash, timingSafeEqual } from 'node:crypto';

export const toHex = (bytes: Uint8Array): string => view(bytes).toString('hex');
export const fromHex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));
export const toBase64Url = (bytes: Uint8Array): string => view(bytes).toString('base64url');
export const fromBase64Url = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64url'));
export const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** A Buffer over the same memory. */
export function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

export function sha256(...parts: (Uint8Array | string)[]): Uint8Array {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return new Uint8Array(hash.digest());
}

export const sha256Hex = (...parts: (Uint8Array | string)[]): string => toHex(sha256(...parts));

/** Byte-wise order, as bencoded dictionaries and record hashes use it: negative, zero or positive. */
export const compareBytes = (a: Uint8Array, b: Uint8Array): number => Buffer.compare(a, b);

export const equalBytes = (a: Uint8Array, b: Uint8Array): boolean => compareBytes(a, b) === 0;

/** Compares secrets in a time that does not depend on where they differ. */
export const equalSecrets = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && timingSafeEqual(a, b);
