import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign as signBytes,
  verify as verifyBytes,
  type KeyObject,
} from 'node:crypto';
import { fromHex, sha256Hex, toBase64Url, view, type UserId } from '../base/index.ts';
import { toBase32 } from './base32.ts';

/** ECDSA over P-256: what every BitTorrent client with TLS can load. */
export interface KeyPair {
  /** SubjectPublicKeyInfo, DER: always 91 bytes, uncompressed point. */
  readonly publicKey: Uint8Array;
  /** PKCS#8, DER. */
  readonly privateKey: Uint8Array;
}

export const PUBLIC_KEY_BYTES = 91;
export const SIGNATURE_BYTES = 64;
/** Characters of a key code: 50 bits, enough that nobody finds a second key with the code while people wait. */
const KEY_CODE_CHARS = 10;
const PARSED_KEYS_MAX = 4096;

/** All that precedes the 64 bytes of the point: with it fixed, one key has one encoding and so one id. */
const SPKI_PREFIX = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d03010703420004', 'hex');

export function generateKey(): KeyPair {
  const pair = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'der' },
  });
  return { publicKey: new Uint8Array(pair.publicKey), privateKey: new Uint8Array(pair.privateKey) };
}

/** Whether `bytes` have the one form in which we accept a public key. The point itself is checked on use. */
export const hasKeyForm = (bytes: Uint8Array): boolean =>
  bytes.length === PUBLIC_KEY_BYTES && SPKI_PREFIX.equals(bytes.subarray(0, SPKI_PREFIX.length));

/** Id of the user whose first identity key this is. */
export const userIdOf = (publicKey: Uint8Array): UserId => sha256Hex(publicKey) as UserId;

/** Ten characters that people compare by voice or on paper. */
export const keyCode = (publicKey: Uint8Array): string => keyCodeOf(userIdOf(publicKey));

/** The same of the user's id, which is the key's hash. */
export const keyCodeOf = (uid: UserId): string => toBase32(fromHex(uid)).slice(0, KEY_CODE_CHARS);

/** Signature over SHA-256 of `bytes`, as r and s side by side (IEEE P1363), 64 bytes. */
export function sign(privateKey: Uint8Array, bytes: Uint8Array): Uint8Array {
  const key = privateKeyObject(privateKey);
  return new Uint8Array(signBytes('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' }));
}

/** False for anything that is not a valid signature: hostile keys and signatures never throw. */
export function verify(publicKey: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== SIGNATURE_BYTES) return false;
  const key = publicKeyObject(publicKey);
  return key !== undefined && verifyBytes('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' }, signature);
}

/** Parsing costs more than using, so parsed keys are kept: private ones as long as their bytes live. */
const privateKeys = new WeakMap<Uint8Array, KeyObject>();
const publicKeys = new Map<string, KeyObject>();

function privateKeyObject(pkcs8: Uint8Array): KeyObject {
  const known = privateKeys.get(pkcs8);
  if (known) return known;
  const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
  privateKeys.set(pkcs8, key);
  return key;
}

/** Undefined if this is no P-256 public key in our form, or its point is not on the curve. */
function publicKeyObject(spki: Uint8Array): KeyObject | undefined {
  if (!hasKeyForm(spki)) return undefined;
  const name = Buffer.from(spki).toString('latin1', SPKI_PREFIX.length);
  const known = publicKeys.get(name);
  if (known) return known;
  const key = parsePublicKey(spki);
  if (key) remember(name, key);
  return key;
}

/** By way of JWK, which OpenSSL 3 reads in half the time that it takes over DER; it checks the point as well. */
function parsePublicKey(spki: Uint8Array): KeyObject | undefined {
  const point = view(spki).subarray(SPKI_PREFIX.length);
  const half = point.length / 2;
  const x = toBase64Url(point.subarray(0, half));
  const y = toBase64Url(point.subarray(half));
  try {
    return createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
  } catch {
    return undefined;
  }
}

function remember(name: string, key: KeyObject): void {
  if (publicKeys.size >= PARSED_KEYS_MAX) {
    const oldest = publicKeys.keys().next().value;
    if (oldest !== undefined) publicKeys.delete(oldest);
  }
  publicKeys.set(name, key);
}
