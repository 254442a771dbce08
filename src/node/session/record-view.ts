import { type GroupId, type UserId, equalBytes, fromBase64Url, toGroupId } from '../../base/index.ts';
import {
  type RecordKind,
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
  onChanged?(record: SignedRecord, before: SignedRecord | undefined, origin: Origin): void;
  /** Records of these groups changed: once for all that came together, after `onChanged` for each of them. */
  onGroupsChanged?(changes: ReadonlyMap<GroupId, ReadonlySet<RecordKind>>): void;
  /** Two histories of owners for one group: the one seen first stays. */
  onFork?(gid: GroupId): void;
}

/** Signatures checked in one go; more would hold up everything else for more than some milliseconds. */
const CHUNK = 64;
/** Records of one group; what anyone may write without its owner's leave is not taken in beyond that. */
const GROUP_RECORDS_MAX = 100_000;

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
  /** Hashes of records that this process is having stored. */
  readonly #making = new Set<string>();
  #changes = new Map<GroupId, Set<RecordKind>>();

  constructor(uid: UserId, clusterId: string) {
    this.uid = uid;
    this.#clusterId = clusterId;
  }

  listen(listener: ViewListener): void {
    this.#listeners.push(listener);
  }

  /**
   * Has own records stored by `put` and takes in what it says stands there then. They count as own doing, also when a
   * tracker tells of them before it has answered.
   */
  async store(records: readonly SignedRecord[], put: () => Promise<readonly SignedRecord[]>): Promise<void> {
    for (const { hash } of records) this.#making.add(hash);
    try {
      // A group's own records first: what else there is of it then has a place.
      const rank = ({ kind }: SignedRecord): number => (kind === 'group' || kind === 'request' ? 0 : 1);
      const stored = await put();
      for (const record of stored.toSorted((a, b) => rank(a) - rank(b))) this.merge(record, 'own');
    } finally {
      for (const { hash } of records) this.#making.delete(hash);
    }
  }

  /** Takes in what this machine kept; it was verified before it was written. */
  restore(records: readonly SignedRecord[]): void {
    for (const record of records) {
      const current = this.#records.get(record.key);
      if (!current || supersedes(record, current)) this.#put(record);
    }
    this.#tellGroups();
  }

  /**
   * Takes in what a tracker or a peer showed (`news`) or this process made (`own`), if it concerns this user. True if it
   * was new. Throws RecordFault if it is not signed as it should be.
   */
  merge(record: SignedRecord, origin: Origin): boolean {
    try {
      return this.#merge(record, origin);
    } finally {
      this.#tellGroups();
    }
  }

  /** Takes in many, in the base64url of the trackers' JSON. A damaged one is skipped: the rest may be good. */
  async takeAll(texts: readonly string[]): Promise<void> {
    for (let at = 0; at < texts.length; at += CHUNK) {
      for (const text of texts.slice(at, at + CHUNK)) {
        const record = readRecord(text);
        if (record) this.#mergeIfSigned(record);
      }
      this.#tellGroups();
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
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
    return 'gid' in record.parts && this.follows(record.parts.gid);
  }

  #merge(record: SignedRecord, origin: Origin): boolean {
    if (!this.concerns(record)) return false;
    const before = this.#records.get(record.key);
    if (before ? !supersedes(record, before) : this.#isFlood(record)) return false;
    if (!verifyRecord(record, this.#clusterId))
      throw new RecordFault(`${record.kind}: the signature is wrong`);
    if (record.kind === 'group' && this.#forks(record)) return false;
    this.#put(record);
    const by = this.#making.has(record.hash) ? 'own' : origin;
    for (const listener of this.#listeners) listener.onChanged?.(record, before, by);
    return true;
  }

  #mergeIfSigned(record: SignedRecord): void {
    try {
      this.#merge(record, 'news');
    } catch (error) {
      if (!(error instanceof RecordFault)) throw error;
    }
  }

  #tellGroups(): void {
    if (this.#changes.size === 0) return;
    const changes = this.#changes;
    this.#changes = new Map();
    for (const listener of this.#listeners) listener.onGroupsChanged?.(changes);
  }

  #isFlood(record: SignedRecord): boolean {
    if (record.author === this.uid || !('gid' in record.parts)) return false;
    const free = record.kind === 'share' || record.kind === 'request' || record.kind === 'left';
    return free && (this.#byGroup.get(record.parts.gid)?.size ?? 0) >= GROUP_RECORDS_MAX;
  }

  #put(record: SignedRecord): void {
    this.#records.set(record.key, record);
    this.#noteChange(record);
    if (!('gid' in record.parts)) return;
    const { gid } = record.parts;
    const records = this.#byGroup.get(gid) ?? new Map<string, SignedRecord>();
    this.#byGroup.set(gid, records.set(record.key, record));
  }

  /** A sealed key opens what the group's records say; a claim to its name changes nothing of it. */
  #noteChange(record: SignedRecord): void {
    const gid =
      record.kind === 'secret' ? toGroupId(record.body.id) : 'gid' in record.parts && record.parts.gid;
    if (!gid) return;
    const kinds = this.#changes.get(gid) ?? new Set<RecordKind>();
    this.#changes.set(gid, kinds.add(record.kind));
  }

  #forks(next: RecordOf<'group'>): boolean {
    for (const held of this.ofGroup(next.parts.gid)) {
      if (held.kind !== 'group' || isPrefix(held, next) || isPrefix(next, held)) continue;
      for (const listener of this.#listeners) listener.onFork?.(next.parts.gid);
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
