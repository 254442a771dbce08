import { createPrivateKey, createPublicKey } from 'node:crypto';
import { type GroupId, type UserId, equalBytes, secretBytes, toHex } from '../../base/index.ts';
import { type KeyPair, certificateKey, open, seal, sealContext } from '../../identity/index.ts';
import {
  type Bodies,
  type RecordKind,
  type RecordOf,
  type SecretPurpose,
  type SignedRecord,
  recordKey,
  signRecord,
} from '../../records/index.ts';

/** Opened keys that are kept; each group has one or two. */
const OPENED_MAX = 1_000;

/** What log-in yields: with it everything else of the account can be opened. Lives in memory only. */
export interface AccountKeys {
  readonly uid: UserId;
  readonly identity: KeyPair;
  /** K: every private key of the account is sealed under it. */
  readonly accountKey: Uint8Array;
}

/** Signs as the user, and keeps the user's private keys as sealed records that the trackers may hold. */
export class Vault {
  readonly uid: UserId;
  readonly #keys: AccountKeys;
  readonly #clusterId: string;
  readonly #secrets: () => Iterable<SignedRecord>;
  readonly #opened = new Map<string, KeyPair | undefined>();

  /** `secrets`: the records among which this user's sealed keys are found. */
  constructor(keys: AccountKeys, clusterId: string, secrets: () => Iterable<SignedRecord>) {
    this.uid = keys.uid;
    this.#keys = keys;
    this.#clusterId = clusterId;
    this.#secrets = secrets;
  }

  get identity(): KeyPair {
    return this.#keys.identity;
  }

  sign<K extends RecordKind>(kind: K, key: string, body: Bodies[K]): RecordOf<K> {
    return signRecord({ kind, key, body }, this.#keys.identity, this.#clusterId);
  }

  /** The record that keeps `privateKey` (PKCS#8) for this user's other devices. */
  sealKey(purpose: SecretPurpose, id: GroupId | '', privateKey: Uint8Array): RecordOf<'secret'> {
    const sealed = seal(this.#keys.accountKey, privateKey, sealContext(this.uid, purpose, id));
    return this.sign('secret', recordKey.secret(toHex(secretBytes(16)), this.uid), { purpose, id, sealed });
  }

  /** This user's key pair whose public half is `publicKey`; undefined while its record has not arrived. */
  memberKey(gid: GroupId, publicKey: Uint8Array): KeyPair | undefined {
    return this.#find('member', gid, publicKey);
  }

  /** The private key of a group's authority, which only its owner's devices have. */
  authorityKey(gid: GroupId, authorityPem: string): KeyPair | undefined {
    const publicKey = certificateKey(authorityPem);
    return publicKey && this.#find('authority', gid, publicKey);
  }

  #find(purpose: SecretPurpose, gid: GroupId, publicKey: Uint8Array): KeyPair | undefined {
    for (const record of this.#secrets()) {
      if (record.kind !== 'secret' || record.body.purpose !== purpose || record.body.id !== gid) continue;
      const pair = this.#open(record);
      if (pair && equalBytes(pair.publicKey, publicKey)) return pair;
    }
    return undefined;
  }

  #open(record: RecordOf<'secret'>): KeyPair | undefined {
    if (this.#opened.has(record.hash)) return this.#opened.get(record.hash);
    const pair = openSecret(record, this.uid, this.#keys.accountKey);
    if (this.#opened.size >= OPENED_MAX) this.#opened.clear();
    this.#opened.set(record.hash, pair);
    return pair;
  }
}

/** The key pair that a secret record keeps; undefined if it was not sealed under `accountKey` for `uid`. */
export function openSecret(
  record: RecordOf<'secret'>,
  uid: UserId,
  accountKey: Uint8Array,
): KeyPair | undefined {
  const { purpose, id, sealed } = record.body;
  const privateKey = open(accountKey, sealed, sealContext(uid, purpose, id));
  return privateKey && keyPairOf(privateKey);
}

/** Undefined if `privateKey` (PKCS#8) is none. */
export function keyPairOf(privateKey: Uint8Array): KeyPair | undefined {
  try {
    const key = createPrivateKey({ key: Buffer.from(privateKey), format: 'der', type: 'pkcs8' });
    const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' });
    return { publicKey: new Uint8Array(publicKey), privateKey };
  } catch {
    return undefined;
  }
}
