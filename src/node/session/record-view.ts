import { type GroupId, type UserId, equalBytes, fromBase64Url } from '../../base/index.ts';
import {
  type RecordOf,
  type SignedRecord,
  RecordFault,
  decodeRecord,
  supersedes,
  verifyRecord,
} from '../../records/index.ts';

/** `own`: this process has just made it, so nobody needs to be told of it. */
export type Origin = 'own' | 'news';

export interface ViewListener {
  onChanged(record: SignedRecord, before: SignedRecord | undefined, origin: Origin): void;
  /** Two histories of owners for one group: the one seen first stays. */
  onFork(gid: GroupId): void;
}

/**
 * The records that one user's client goes by: its own, and those of the groups that it has to do with. Only signed ones
 * get in, under each key only newer ones, so whatever a tracker shows later can't turn back what was seen.
 */
export class RecordView {
  readonly uid: UserId;
  readonly #clusterId: string;
  readonly #records = new Map<string, SignedRecord>();
  readonly #byGroup = new Map<GroupId, Map<string, SignedRecord>>();
  readonly #listeners: ViewListener[] = [];

  constructor(uid: UserId, clusterId: string) {
    this.uid = uid;
    this.#clusterId = clusterId;
  }

  listen(listener: ViewListener): void {
    this.#listeners.push(listener);
  }

  /** Takes in what this machine kept; it was verified before it was written. */
  restore(records: readonly SignedRecord[]): void {
    for (const record of records) {
      const current = this.#records.get(record.key);
      if (!current || supersedes(record, current)) this.#put(record);
    }
  }

  /**
   * Takes in what a tracker or a peer showed, if it concerns this user. True if it was new. Throws RecordFault for
   * bytes that are no record, or not signed as they should be.
   */
  take(bytes: Uint8Array): boolean {
    return this.merge(decodeRecord(bytes), 'news');
  }

  /** The same for the base64url text of the trackers' JSON. One that is damaged is skipped: the rest may be good. */
  takeAll(texts: readonly string[]): boolean {
    let changed = false;
    for (const text of texts) {
      const record = readRecord(text);
      if (record && this.#mergeIfSigned(record)) changed = true;
    }
    return changed;
  }

  merge(record: SignedRecord, origin: Origin): boolean {
    if (!this.concerns(record)) return false;
    const before = this.#records.get(record.key);
    if (before && !supersedes(record, before)) return false;
    if (!verifyRecord(record, this.#clusterId))
      throw new RecordFault(`${record.kind}: the signature is wrong`);
    if (record.kind === 'group' && this.#forks(record)) return false;
    this.#put(record);
    for (const listener of this.#listeners) listener.onChanged(record, before, origin);
    return true;
  }

  get(key: string): SignedRecord | undefined {
    return this.#records.get(key);
  }

  /** The record under `key`, which must be of this kind. */
  find<K extends SignedRecord['kind']>(kind: K, key: string): RecordOf<K> | undefined {
    const record = this.#records.get(key);
    return record?.kind === kind ? (record as SignedRecord & RecordOf<K>) : undefined;
  }

  ofGroup(gid: GroupId): Iterable<SignedRecord> {
    return this.#byGroup.get(gid)?.values() ?? [];
  }

  all(): Iterable<SignedRecord> {
    return this.#records.values();
  }

  *own(): Iterable<SignedRecord> {
    for (const record of this.#records.values()) if (record.author === this.uid) yield record;
  }

  /** Groups this user ever asked to join or founded. */
  *groups(): Iterable<GroupId> {
    for (const gid of this.#byGroup.keys()) if (this.follows(gid)) yield gid;
  }

  follows(gid: GroupId): boolean {
    const records = this.#byGroup.get(gid);
    return (
      records !== undefined &&
      (records.has(`request/${gid}/${this.uid}`) || records.has(`group/${gid}/${this.uid}`))
    );
  }

  concerns(record: SignedRecord): boolean {
    if (record.author === this.uid) return true;
    return 'gid' in record.parts && record.kind !== 'name' && this.follows(record.parts.gid);
  }

  #mergeIfSigned(record: SignedRecord): boolean {
    try {
      return this.merge(record, 'news');
    } catch (error) {
      if (error instanceof RecordFault) return false;
      throw error;
    }
  }

  #put(record: SignedRecord): void {
    this.#records.set(record.key, record);
    if (!('gid' in record.parts)) return;
    const { gid } = record.parts;
    const records = this.#byGroup.get(gid) ?? new Map<string, SignedRecord>();
    this.#byGroup.set(gid, records.set(record.key, record));
  }

  #forks(next: RecordOf<'group'>): boolean {
    for (const held of this.ofGroup(next.parts.gid)) {
      if (held.kind !== 'group' || isPrefix(held, next) || isPrefix(next, held)) continue;
      for (const listener of this.#listeners) listener.onFork(next.parts.gid);
      return true;
    }
    return false;
  }
}

/** A record from the trackers' JSON; undefined if it is none. */
export function readRecord(text: string): SignedRecord | undefined {
  try {
    return decodeRecord(fromBase64Url(text));
  } catch (error) {
    if (error instanceof RecordFault) return undefined;
    throw error;
  }
}

/** Whether all epochs of `early` are also those of `late`, so that the one history goes on from the other. */
const isPrefix = (early: RecordOf<'group'>, late: RecordOf<'group'>): boolean =>
  early.body.epochs.every((epoch, at) => {
    const other = late.body.epochs[at];
    return (
      other !== undefined && equalBytes(epoch.ownerKey, other.ownerKey) && epoch.authority === other.authority
    );
  });
