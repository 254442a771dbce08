import { addressKey, toBase64Url, type Clock, type UserId } from '../base/index.ts';
import type { SwarmPeer } from '../api/index.ts';
import { parseKey, type RecordOf, type SignedRecord } from '../records/index.ts';
import type { StoreNews } from '../store/index.ts';
import { EventStream, swarmEvents } from './event-stream.ts';
import type { PresenceTable } from './presence-table.ts';
import { groupOf, mayRead } from './read-rights.ts';
import type { GroupView, RecordViews } from './record-views.ts';
import type { SwarmNews, SwarmRef } from './swarm-news.ts';

/**
 * Streams in all, from one address and of one user; beyond them the oldest (of that address, of that user) is closed.
 * Anybody can make up users, so that these alone would let one machine take the places of all.
 */
const STREAMS_MAX = 4_000;
const STREAMS_PER_ADDRESS_MAX = 1_000;
const STREAMS_PER_USER_MAX = 8;

interface Reader {
  readonly uid: UserId;
  /** What limits by address count under. */
  readonly address: string;
}

/** Who takes part in swarms without being one of our own clients. */
interface OtherPrograms {
  swarm(ref: SwarmRef): readonly SwarmPeer[];
}

/** Tells clients what concerns them. */
export class EventHub {
  readonly #views: RecordViews;
  readonly #presence: PresenceTable;
  readonly #others: OtherPrograms;
  readonly #clock: Clock;
  readonly #boot: string;
  /** In the order of their beginning. */
  readonly #streams = new Map<EventStream, Reader>();
  /** Changes are told in the order in which they were stored. */
  #telling: Promise<void> = Promise.resolve();

  /** `others`: the other BitTorrent programs in a swarm. */
  constructor(
    views: RecordViews,
    presence: PresenceTable,
    others: OtherPrograms,
    clock: Clock,
    boot: string,
  ) {
    this.#views = views;
    this.#presence = presence;
    this.#others = others;
    this.#clock = clock;
    this.#boot = boot;
  }

  get streamCount(): number {
    return this.#streams.size;
  }

  /** `address`: where the reader is seen. */
  open(uid: UserId, address: string): EventStream {
    const reader = { uid, address: addressKey(address) };
    this.#makeRoom(STREAMS_PER_USER_MAX, (other) => other.uid === uid);
    this.#makeRoom(STREAMS_PER_ADDRESS_MAX, (other) => other.address === reader.address);
    this.#makeRoom(STREAMS_MAX, () => true);
    const source = {
      swarm: (ref: SwarmRef) => [...this.#presence.swarm(ref), ...this.#others.swarm(ref)],
      swarms: () => this.#presence.swarmsWith(uid),
    };
    const stream = new EventStream(source, this.#boot, this.#clock.nowMs());
    this.#streams.set(stream, reader);
    return stream;
  }

  end(stream: EventStream): void {
    stream.close();
    this.#streams.delete(stream);
  }

  onStoreNews(news: StoreNews): void {
    if (this.#streams.size === 0) return;
    if (news.type === 'lost') {
      for (const stream of this.#streams.keys()) stream.sendLost();
      return;
    }
    this.#telling = this.#telling.then(() => this.#tellAll(news.records));
  }

  onSwarms(news: SwarmNews): void {
    if (this.#streams.size === 0) return;
    for (const swarm of news.events) {
      const users = new Set(this.#presence.swarm(swarm).map((peer) => peer.uid));
      for (const event of swarmEvents(swarm)) this.#send((uid) => users.has(uid), event);
    }
    for (const { uid, gid, content } of news.entered) {
      for (const [stream, reader] of this.#streams)
        if (reader.uid === uid) stream.sendSwarm({ gid, content });
    }
  }

  onTime(): void {
    const nowMs = this.#clock.nowMs();
    for (const stream of this.#streams.keys()) stream.onTime(nowMs);
  }

  close(): void {
    for (const stream of this.#streams.keys()) this.end(stream);
  }

  #makeRoom(max: number, counts: (reader: Reader) => boolean): void {
    const those = [...this.#streams].filter(([, reader]) => counts(reader));
    const [oldest] = those;
    if (oldest && those.length >= max) this.end(oldest[0]);
  }

  async #tellAll(records: readonly SignedRecord[]): Promise<void> {
    try {
      for (const record of records) await this.#tell(record);
    } catch {
      // The store failed while it was asked whom this concerns.
      for (const stream of this.#streams.keys()) stream.sendLost();
    }
  }

  async #tell(record: SignedRecord): Promise<void> {
    const key = parseKey(record.key);
    if (!key) return;
    const gid = groupOf(key);
    const view = gid && (await this.#views.group(gid));
    const interested = record.kind === 'name' ? await this.#rivals(record) : undefined;
    const data = { bytes: toBase64Url(record.bytes) };
    this.#send((uid) => mayRead(uid, key, view) && (interested?.has(uid) ?? concerns(uid, record, view)), {
      type: 'record',
      data,
    });
  }

  /** Whom a claim may rename, and who sees the name: the claimants, of a group its members. */
  async #rivals(claim: RecordOf<'name'>): Promise<Set<UserId>> {
    const users = new Set<UserId>();
    for (const { author, parts } of await this.#views.claims(claim.parts.of, claim.parts.folded)) {
      users.add(author);
      const view = parts.of === 'group' ? await this.#views.group(parts.id) : undefined;
      for (const member of view?.members ?? []) users.add(member);
    }
    return users;
  }

  #send(isMeant: (uid: UserId) => boolean, event: Parameters<EventStream['send']>[0]): void {
    for (const [stream, { uid }] of this.#streams) if (isMeant(uid)) stream.send(event);
  }
}

/** Its author, whom it is about, and the members of its group; an end of a group is for everybody who knew it. */
function concerns(uid: UserId, record: SignedRecord, view: GroupView | undefined): boolean {
  if (record.author === uid) return true;
  if (record.kind === 'ended') return view?.owner === record.author;
  if (record.kind === 'grant' && record.parts.member === uid) return true;
  return view?.members.has(uid) ?? false;
}
