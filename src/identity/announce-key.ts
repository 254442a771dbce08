import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';
import { equalSecrets, fromHex, toHex, view, type GroupId, type UserId } from '../base/index.ts';
import type { ClusterKey } from './cluster-key.ts';

/** Whom an announce key stands for: one stay of a user in a group. */
export interface AnnounceHolder {
  readonly uid: UserId;
  readonly gid: GroupId;
  /** The number of the request that was granted: who leaves and comes back gets another key. */
  readonly n: number;
}

/** Makes and reads announce keys. Every tracker of the cluster makes the same ones, without asking the others. */
export interface AnnounceKeys {
  /** `ANNOUNCE_KEY_CHARS` characters that stand in a URL as they are. Always the same for the same holder. */
  seal(holder: AnnounceHolder): string;
  /** Undefined for what no tracker of this cluster made. */
  open(key: string): AnnounceHolder | undefined;
}

/** 16 bytes that prove the rest, and 68 that hide who it is: base64url. */
export const ANNOUNCE_KEY_CHARS = 112;

const TAG_BYTES = 16;
const ID_BYTES = 32;
const HOLDER_BYTES = 2 * ID_BYTES + 4;
const KEY_FORM = new RegExp(`^[A-Za-z0-9_-]{${ANNOUNCE_KEY_CHARS}}$`);

/**
 * Keys derived from the cluster's private key by HKDF-SHA-256. Who holds none of it can neither make an announce key nor
 * read from one who its holder is: the holder is encrypted (AES-256-CTR) under a counter that is the HMAC-SHA-256 of
 * the holder, cut to 16 bytes, which proves it as well (the construction of SIV, RFC 5297).
 */
export function openAnnounceKeys({ id, authority }: ClusterKey): AnnounceKeys {
  const derive = (use: string): Buffer =>
    Buffer.from(hkdfSync('sha256', authority.key.privateKey, fromHex(id), `mbt announce ${use} 1`, 32));
  const [proving, hiding] = [derive('proof'), derive('cipher')];
  const tagOf = (plain: Uint8Array): Buffer =>
    createHmac('sha256', proving).update(plain).digest().subarray(0, TAG_BYTES);
  return {
    seal(holder) {
      const plain = encodeHolder(holder);
      const tag = tagOf(plain);
      const hidden = createCipheriv('aes-256-ctr', hiding, tag).update(plain);
      return Buffer.concat([tag, hidden]).toString('base64url');
    },
    open(key) {
      if (!KEY_FORM.test(key)) return undefined;
      const bytes = Buffer.from(key, 'base64url');
      const tag = bytes.subarray(0, TAG_BYTES);
      const plain = createDecipheriv('aes-256-ctr', hiding, tag).update(bytes.subarray(TAG_BYTES));
      return equalSecrets(tagOf(plain), tag) ? decodeHolder(plain) : undefined;
    },
  };
}

function encodeHolder({ uid, gid, n }: AnnounceHolder): Uint8Array {
  const plain = new Uint8Array(HOLDER_BYTES);
  plain.set(fromHex(uid), 0);
  plain.set(fromHex(gid), ID_BYTES);
  view(plain).writeUInt32BE(n, 2 * ID_BYTES);
  return plain;
}

const decodeHolder = (plain: Buffer): AnnounceHolder => ({
  uid: toHex(plain.subarray(0, ID_BYTES)) as UserId,
  gid: toHex(plain.subarray(ID_BYTES, 2 * ID_BYTES)) as GroupId,
  n: plain.readUInt32BE(2 * ID_BYTES),
});
