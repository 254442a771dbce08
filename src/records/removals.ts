import { sha256 } from '../base/index.ts';
import { encode } from '../bencode/index.ts';
import { decodeRecord } from './envelope.ts';
import { RecordFault } from './fault.ts';
import type { GroupState } from './group-state.ts';
import { RECORD_BYTES_MAX, type RecordOf, type SignedRecord } from './kinds.ts';
import { supersedes } from './order.ts';
import { bytes, list, readBencoded } from './schema.ts';
import { verifyRecord } from './signing.ts';

/** Removals fall into buckets by their key, so that two who differ in one need not send each other all. */
const BUCKETS = 16;
const BUCKET_HASH_BYTES = 4;
/** Bytes of a digest: small enough for an extension handshake. */
const DIGEST_BYTES = BUCKETS * BUCKET_HASH_BYTES;
/** Bytes of one payload, at most: it travels in one extension message. */
const PAYLOAD_BYTES_MAX = 64 * 1024;
/** Bounds the signatures that one message of a hostile peer makes us check. */
const PAYLOAD_RECORDS_MAX = 64;
/** Payloads for one peer, at most; what is beyond goes to it when it comes again, or to others. */
const PAYLOADS_MAX = 64;

type Removal = RecordOf<'grant'> | RecordOf<'ended'>;

/** 64 bytes that are equal for two who know the same removals from the group. */
export function removalDigest(state: GroupState): Uint8Array {
  const digest = new Uint8Array(DIGEST_BYTES);
  for (const [at, bucket] of bucketsOf(state).entries())
    digest.set(bucketHash(bucket), at * BUCKET_HASH_BYTES);
  return digest;
}

/** What a peer with `theirDigest` may lack, as payloads for it. Throws RecordFault for what is no digest. */
export function removalNews(state: GroupState, theirDigest: Uint8Array): Uint8Array[] {
  if (theirDigest.length !== DIGEST_BYTES) throw new RecordFault(`digest: ${theirDigest.length} bytes`);
  const lacking = bucketsOf(state).filter((bucket, at) => {
    const theirs = theirDigest.subarray(at * BUCKET_HASH_BYTES, (at + 1) * BUCKET_HASH_BYTES);
    return Buffer.compare(bucketHash(bucket), theirs) !== 0;
  });
  return pack(lacking.flat()).slice(0, PAYLOADS_MAX);
}

/**
 * What a peer's payload tells us that we don't know yet, signed by the group's owner: to be merged like any record.
 * Throws RecordFault for what no honest peer sends.
 */
export function readRemovalNews(payload: Uint8Array, state: GroupState, clusterId: string): SignedRecord[] {
  if (payload.length > PAYLOAD_BYTES_MAX) throw new RecordFault(`news: ${payload.length} bytes`);
  const news = readBencoded(payloadField, payload, 'news').map(decodeRecord);
  return news.filter((record) => {
    if (!isOfGroup(record, state)) throw new RecordFault(`news: ${record.key} is no removal from this group`);
    if (record.author !== state.owner || !isNew(record, state)) return false;
    if (!verifyRecord(record, clusterId)) throw new RecordFault(`news: ${record.key} has a wrong signature`);
    return true;
  });
}

const payloadField = list(bytes(1, RECORD_BYTES_MAX), PAYLOAD_RECORDS_MAX);

const isOfGroup = (record: SignedRecord, state: GroupState): boolean =>
  (record.kind === 'grant' || record.kind === 'ended') && record.parts.gid === state.gid;

function isNew(record: SignedRecord, state: GroupState): boolean {
  const known = record.kind === 'grant' ? state.grants.get(record.parts.member) : state.endedRecord;
  return known === undefined || known.author !== record.author || supersedes(record, known);
}

/** Later acceptances are among them: whoever knows only the removal before one would shut the member out. */
function bucketsOf(state: GroupState): Removal[][] {
  const buckets: Removal[][] = Array.from({ length: BUCKETS }, () => []);
  const put = (removal: Removal): void => {
    buckets[(sha256(removal.key)[0] ?? 0) % BUCKETS]?.push(removal);
  };
  for (const grant of state.grants.values()) {
    const { verdict, n } = grant.body;
    const overtakes = verdict === 'removed' || (verdict === 'accepted' && n > 1);
    if (overtakes && grant.author === state.owner) put(grant);
  }
  if (state.endedRecord) put(state.endedRecord);
  return buckets;
}

function bucketHash(bucket: readonly Removal[]): Uint8Array {
  if (bucket.length === 0) return new Uint8Array(BUCKET_HASH_BYTES);
  const lines = bucket.map(({ key, hash }) => `${key} ${hash}\n`).toSorted();
  return sha256(...lines).subarray(0, BUCKET_HASH_BYTES);
}

function pack(removals: readonly Removal[]): Uint8Array[] {
  const payloads: Uint8Array[][] = [];
  let held = Infinity;
  for (const removal of removals) {
    const cost = removal.bytes.length + String(removal.bytes.length).length + 1;
    const last = payloads.at(-1);
    if (last && held + cost <= PAYLOAD_BYTES_MAX && last.length < PAYLOAD_RECORDS_MAX) {
      last.push(removal.bytes);
      held += cost;
    } else {
      payloads.push([removal.bytes]);
      held = 'le'.length + cost;
    }
  }
  return payloads.map((payload) => encode(payload));
}
