import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto';
import { secretBytes, sha256, utf8 } from '../base/index.ts';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const FORMAT = 1;

/** A fresh account key K: all of a user's private keys are sealed under it. */
export const newAccountKey = (): Uint8Array => secretBytes(KEY_BYTES);

/**
 * What a sealed secret is bound to; opening it under another context fails. `kind` says what it is (`identity`,
 * `member`, `authority`, `account`), `id` which one of them (a group's id, or empty).
 */
export const sealContext = (user: string, kind: string, id: string): Uint8Array =>
  utf8(JSON.stringify(['mbt seal 1', user, kind, id]));

/** AES-256-GCM: a format byte, a random nonce, ciphertext, tag. `key` is 32 bytes. */
export function seal(key: Uint8Array, plaintext: Uint8Array, context: Uint8Array): Uint8Array {
  const nonce = secretBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(context);
  const body = [cipher.update(plaintext), cipher.final()];
  return new Uint8Array(Buffer.concat([Uint8Array.of(FORMAT), nonce, ...body, cipher.getAuthTag()]));
}

/** The plaintext, or undefined if key, context or bytes are not those of the sealing. */
export function open(key: Uint8Array, sealed: Uint8Array, context: Uint8Array): Uint8Array | undefined {
  if (sealed.length < 1 + NONCE_BYTES + TAG_BYTES || sealed[0] !== FORMAT) return undefined;
  const tagAt = sealed.length - TAG_BYTES;
  const nonce = sealed.subarray(1, 1 + NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
    .setAAD(context)
    .setAuthTag(sealed.subarray(tagAt));
  try {
    const plaintext = decipher.update(sealed.subarray(1 + NONCE_BYTES, tagAt));
    return new Uint8Array(Buffer.concat([plaintext, decipher.final()]));
  } catch {
    return undefined;
  }
}

/** What a secret (a password's export key, a recovery code) is good for. */
export interface Unlocker {
  /** Shown to a tracker, which keeps only its hash; spent when shown. */
  readonly proof: Uint8Array;
  /** Wraps the account key; never leaves the client. */
  readonly wrapKey: Uint8Array;
}

/** Two independent keys by HKDF-SHA-256: whoever sees the proof learns nothing of the wrap key. */
export function unlockerOf(secret: Uint8Array, purpose: 'password' | 'recovery'): Unlocker {
  const derive = (use: string): Uint8Array =>
    new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(), `mbt ${purpose} ${use} 1`, KEY_BYTES));
  return { proof: derive('proof'), wrapKey: derive('wrap') };
}

/** What a tracker keeps of a proof, 32 bytes. */
export const proofHash = (proof: Uint8Array): Uint8Array => sha256('mbt proof 1\n', proof);

/** The account key K of `user`, wrapped so that `unlocker` opens it. */
export const wrapAccountKey = (unlocker: Unlocker, accountKey: Uint8Array, user: string): Uint8Array =>
  seal(unlocker.wrapKey, accountKey, sealContext(user, 'account', ''));

/** K, or undefined if this wrap was not made for `unlocker` and `user`. */
export const unwrapAccountKey = (
  unlocker: Unlocker,
  wrapped: Uint8Array,
  user: string,
): Uint8Array | undefined => open(unlocker.wrapKey, wrapped, sealContext(user, 'account', ''));
