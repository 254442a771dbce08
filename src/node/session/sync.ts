import {
  DIGESTS_PER_CALL_MAX,
  RECORDS_PER_CALL_MAX,
  type TrackerEvent,
  trackerApi,
} from '../../api/index.ts';
import {
  CommandError,
  Gate,
  type GroupId,
  type Logger,
  type UserId,
  fromBase64Url,
  toBase64Url,
} from '../../base/index.ts';
import { RecordFault, type SignedRecord, decodeRecord } from '../../records/index.ts';
import { readGroup, readOwn } from './group-desk.ts';
import type { PresenceService } from './presence-service.ts';
import type { RecordView } from './record-view.ts';
import { TrackerUnreachable } from './tracker-connection.ts';
import type { TrackerApi } from './tracker-link.ts';
import type { StreamListener, TrackerStream } from './tracker-stream.ts';

/** A call carries at most 1.5 MiB: so many bytes of records, in base64url, are well below. */
const PUT_BYTES_MAX = 768 * 1024;
/** Groups read at once from one tracker. */
const READS_MAX = 4;

export interface SyncListener {
  /** A tracker and this client have all of each other's records of this user and its groups. */
  onSynced(link: TrackerApi): void;
  /** Somebody's claim to a name came in: names may have changed. */
  onNameClaim(): void;
  /** A tracker's state is another now; see StreamListener. */
  onTracker(address: string, fault: unknown): void;
}

/**
 * Brings client and tracker together whenever the stream to one begins: the client puts again what the tracker lacks of
 * the user's own, and reads what it lacks itself. After that events keep both up to date.
 */
export class Sync implements StreamListener {
  readonly #view: RecordView;
  readonly #presence: PresenceService;
  readonly #listener: SyncListener;
  readonly #log: Logger;
  /** Streams whose tracker dropped events, while everything is read again. */
  readonly #rereading = new Map<TrackerStream, 'once' | 'again'>();

  constructor(view: RecordView, presence: PresenceService, listener: SyncListener, log: Logger) {
    this.#view = view;
    this.#presence = presence;
    this.#listener = listener;
    this.#log = log;
  }

  onUp(stream: TrackerStream): void {
    void this.#run(stream, async () => {
      await this.#pushOwn(stream.link);
      if (stream.up) this.#presence.onUp(stream);
      await this.#read(stream.link);
    });
  }

  onDown(stream: TrackerStream): void {
    this.#presence.onDown(stream);
  }

  onState(stream: TrackerStream, fault?: unknown): void {
    this.#listener.onTracker(stream.link.tracker.text, fault);
  }

  onEvent(stream: TrackerStream, event: TrackerEvent): void {
    switch (event.type) {
      case 'record':
        return this.#onRecord(stream, event.data.bytes);
      case 'swarm':
        return this.#presence.onSwarm(stream, event.data);
      case 'lost':
        return this.#onLost(stream);
      case 'hello':
    }
  }

  /** However often a tracker says so: one reading at a time, and one after it for what was lost meanwhile. */
  #onLost(stream: TrackerStream): void {
    const reading = this.#rereading.get(stream);
    this.#rereading.set(stream, reading === undefined ? 'once' : 'again');
    if (reading !== undefined) return;
    void this.#run(stream, () => this.#read(stream.link)).then(() => {
      const more = this.#rereading.get(stream) === 'again' && stream.up;
      this.#rereading.delete(stream);
      if (more) this.#onLost(stream);
    });
  }

  /** A tracker with which this fails is connected anew, and tried again so. */
  async #run(stream: TrackerStream, work: () => Promise<void>): Promise<void> {
    try {
      await work();
      if (stream.up) this.#listener.onSynced(stream.link);
    } catch (error) {
      if (!(error instanceof TrackerUnreachable) && !(error instanceof CommandError)) throw error;
      this.#log.warn('sync.failed', { tracker: stream.link.tracker.text, reason: error.message });
      stream.drop();
    }
  }

  async #pushOwn(link: TrackerApi): Promise<void> {
    const own = [...this.#view.own()];
    for (let at = 0; at < own.length; at += DIGESTS_PER_CALL_MAX) {
      const part = own.slice(at, at + DIGESTS_PER_CALL_MAX);
      const digests = part.map(({ key, hash }): [string, string] => [key, hash]);
      const { want, newer } = await link.call(trackerApi.mine, { body: { digests } });
      await this.#view.takeAll(newer);
      const wanted = new Set(want);
      await putAll(
        link,
        part.filter(({ key }) => wanted.has(key)),
      );
    }
  }

  async #read(link: TrackerApi): Promise<void> {
    await readOwn(link, this.#view);
    const gate = new Gate(READS_MAX);
    await Promise.all([...this.#view.groups()].map((gid) => gate.run(() => this.#readGroup(link, gid))));
  }

  async #readGroup(link: TrackerApi, gid: GroupId): Promise<void> {
    try {
      await readGroup(link, gid, this.#view);
    } catch (error) {
      // This tracker may not know the group yet: its owner's client will put it there again.
      if (!(error instanceof CommandError)) throw error;
      this.#log.info('sync.group.unreadable', { gid, reason: error.message });
    }
  }

  #onRecord(stream: TrackerStream, text: string): void {
    try {
      const record = decodeRecord(fromBase64Url(text));
      if (record.kind === 'name') this.#listener.onNameClaim();
      const gid = this.#view.merge(record, 'news') ? opened(record, this.#view.uid) : undefined;
      if (gid !== undefined) void this.#run(stream, () => this.#readGroup(stream.link, gid));
    } catch (error) {
      if (!(error instanceof RecordFault)) throw error;
      this.#log.warn('sync.record.bad', { tracker: stream.link.tracker.text, reason: error.message });
    }
  }
}

/**
 * The group of which there is more to read now: this user was let in, or another device of it has just had its first to
 * do with it.
 */
function opened(record: SignedRecord, uid: UserId): GroupId | undefined {
  const letIn = record.kind === 'grant' && record.parts.member === uid && record.body.verdict === 'accepted';
  const ownStep = (record.kind === 'request' || record.kind === 'group') && record.author === uid;
  return letIn || ownStep ? record.parts.gid : undefined;
}

/** Puts records again that were acknowledged once; nobody needs to be told how it went. */
export async function putAll(link: TrackerApi, records: readonly SignedRecord[]): Promise<void> {
  // What others refer to goes first.
  const rank = ({ kind }: SignedRecord): number => (kind === 'user' ? 0 : kind === 'group' ? 1 : 2);
  let batch: string[] = [];
  let bytes = 0;
  const send = async (): Promise<void> => {
    if (batch.length > 0) await link.call(trackerApi.putRecords, { body: { records: batch } });
    batch = [];
    bytes = 0;
  };
  for (const record of records.toSorted((a, b) => rank(a) - rank(b))) {
    if (batch.length === RECORDS_PER_CALL_MAX || bytes + record.bytes.length > PUT_BYTES_MAX) await send();
    batch.push(toBase64Url(record.bytes));
    bytes += record.bytes.length;
  }
  await send();
}
