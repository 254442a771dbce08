import { fromHex, systemChance, view, type Clock, type GroupId, type UserId } from '../../base/index.ts';
import { openAnnounceKeys, type ClusterKey } from '../../identity/index.ts';
import type { StoreNews } from '../../store/index.ts';
import type { EventHub } from '../event-hub.ts';
import type { RecordViews } from '../record-views.ts';
import { SwarmNews } from '../swarm-news.ts';
import { AnnounceService } from './announce-service.ts';
import { AnnounceUrls } from './announce-urls.ts';
import { compactAddress } from './compact-address.ts';
import { ForeignExchange, type ExchangeLink, type ForeignBatch } from './foreign-exchange.ts';
import { Keyring } from './keyring.ts';
import { FOREIGN_GONE_MS, type SwarmDirectory } from './swarm-directory.ts';

export interface AnnouncingParts {
  readonly directory: SwarmDirectory;
  readonly views: RecordViews;
  readonly hub: EventHub;
  readonly cluster: ClusterKey;
  readonly clock: Clock;
  readonly links: Iterable<ExchangeLink>;
  /** `http://ip:port` of each tracker of the cluster that is known to take announcements. */
  readonly bases: () => readonly string[];
}

/** Everything about other BitTorrent programs but the port at which they announce. */
export class Announcing {
  readonly service: AnnounceService;
  readonly urls: AnnounceUrls;
  readonly #parts: AnnouncingParts;
  readonly #keyring: Keyring;
  readonly #exchange: ForeignExchange;

  constructor(parts: AnnouncingParts) {
    const { directory, views, hub, cluster, clock, links, bases } = parts;
    const keys = openAnnounceKeys(cluster);
    this.#parts = parts;
    this.#keyring = new Keyring(keys, views);
    this.#exchange = new ForeignExchange(links, directory, clock);
    this.urls = new AnnounceUrls(views, keys, bases);
    this.service = new AnnounceService({
      keyring: this.#keyring,
      directory,
      effects: {
        onNews: (news) => hub.onSwarms(news),
        onSeen: (swarm, peer) => this.#exchange.onSeen(swarm, peer),
        onStopped: (swarm, host, port) => this.#exchange.onStopped(swarm, host, port),
      },
      clock,
      chance: systemChance,
    });
  }

  /** Groups in which others may announce. */
  groups(): GroupId[] {
    return this.#parts.directory.groups();
  }

  /** What our own clients announce has changed. */
  onOwn(news: SwarmNews): void {
    const { directory, hub, clock } = this.#parts;
    const found = directory.onOwn(news.events, clock.nowMs());
    hub.onSwarms(news);
    hub.onSwarms(found);
  }

  onMembers(gid: GroupId, members: ReadonlySet<UserId>): void {
    const { directory, hub, clock } = this.#parts;
    hub.onSwarms(directory.onMembers(gid, members, clock.nowMs()));
  }

  swarmsOf(gid: GroupId): ReturnType<SwarmDirectory['swarmsOf']> {
    return this.#parts.directory.swarmsOf(gid);
  }

  onStoreNews(news: StoreNews): void {
    this.#keyring.onStoreNews(news);
  }

  onTime(): void {
    const { directory, hub, clock } = this.#parts;
    hub.onSwarms(directory.onTime(clock.nowMs()));
  }

  /** What another tracker says of programs that announce there. */
  async take({ peers, gone }: ForeignBatch): Promise<void> {
    const { directory, hub, clock, views } = this.#parts;
    const news = new SwarmNews();
    const members = new Map<GroupId, ReadonlySet<UserId> | undefined>();
    for (const { gid } of peers) if (!members.has(gid)) members.set(gid, (await views.group(gid))?.members);
    const nowMs = clock.nowMs();
    for (const { gid, content, infoHash, host, port, peerId, ageMs, uid, seed } of peers) {
      if (members.get(gid)?.has(uid) !== true || ageMs > FOREIGN_GONE_MS) continue;
      const swarm = directory.open(gid, content, infoHash, news, nowMs);
      const key = keyOf(host, port);
      const seenMs = nowMs - ageMs;
      if ((swarm.foreign.get(key)?.seenMs ?? -Infinity) >= seenMs) continue;
      const sighting = { uid, host, port, peerId: latin1(peerId), seed, seenMs, here: false };
      directory.see(swarm, key, sighting, news);
    }
    for (const { gid, hash, host, port, ageMs } of gone) {
      const swarm = directory.find(gid, latin1(hash));
      if (swarm) directory.stop(swarm, keyOf(host, port), nowMs - ageMs, news);
    }
    hub.onSwarms(news);
  }

  close(): void {
    this.#exchange.close();
  }
}

const latin1 = (hex: string): string => view(fromHex(hex)).toString('latin1');
const keyOf = (host: string, port: number): string => compactAddress(host, port)?.toString('latin1') ?? '';
