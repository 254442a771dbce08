import { EVENTS_HEARTBEAT_MS, type CallResult, type TrackerAddress, type trackerApi } from '../api/index.ts';
import {
  every,
  programVersion,
  secretBytes,
  toBase64Url,
  type Cancel,
  type Clock,
  type Logger,
} from '../base/index.ts';
import type { ClusterKey, OpaqueServer } from '../identity/index.ts';
import { recordKey, type RecordVerifier } from '../records/index.ts';
import type { RecordStore, StoreNews } from '../store/index.ts';
import { Announcing } from './announce/announcing.ts';
import { SwarmDirectory } from './announce/swarm-directory.ts';
import { ApiServer } from './api-server.ts';
import { EventHub } from './event-hub.ts';
import { LogIns } from './log-ins.ts';
import { PortGreeter } from './port-greeter.ts';
import { PresenceService } from './presence-service.ts';
import { PresenceTable } from './presence-table.ts';
import { RecordIntake } from './record-intake.ts';
import { RecordReader } from './record-reader.ts';
import { RecordViews } from './record-views.ts';
import { openReplicaClient } from './replica-client.ts';
import { ReplicaLink } from './replica-link.ts';
import { serveReplicas } from './replica-server.ts';
import { Replicator } from './replicator.ts';
import { serveClients } from './tracker-calls.ts';
import type { TrackerCredentials } from './tracker-credentials.ts';
import { TrackerMetrics, type Measured } from './tracker-metrics.ts';

/** How often silent users are looked for: with 8 s of patience they are gone within 10. */
const PRESENCE_SWEEP_MS = 1_000;
/** The same for other BitTorrent programs, which have minutes. */
const FOREIGN_SWEEP_MS = 10_000;

export interface CoreParts {
  readonly store: RecordStore;
  readonly verifier: RecordVerifier;
  readonly cluster: ClusterKey;
  readonly opaque: OpaqueServer;
  readonly trackers: readonly TrackerAddress[];
  /** This tracker's line, from 1. */
  readonly line: number;
  readonly credentials: () => TrackerCredentials;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A tracker but for its port: everything it decides and keeps, put together. */
export class TrackerCore {
  readonly replicator: Replicator;
  readonly announcing: Announcing;
  /** `http://ip:port` where other BitTorrent programs announce here, once they may. */
  announceBase: string | undefined;
  readonly #parts: CoreParts;
  readonly #server: ApiServer;
  readonly #boot = toBase64Url(secretBytes(9));
  readonly #table = new PresenceTable();
  readonly #directory = new SwarmDirectory();
  readonly #hub: EventHub;
  readonly #views: RecordViews;
  readonly #intake: RecordIntake;
  readonly #presence: PresenceService;
  readonly #greeter: PortGreeter;
  readonly #metrics = new TrackerMetrics(() => this.measure());
  readonly #stops: Cancel[] = [];

  constructor(parts: CoreParts) {
    const { store, verifier, cluster, clock } = parts;
    this.#parts = parts;
    this.#views = new RecordViews(store);
    this.#hub = new EventHub(this.#views, this.#table, this.#directory, clock, this.#boot);
    this.#intake = new RecordIntake({
      store,
      views: this.#views,
      verifier,
      cluster,
      clock,
      replicate: (records) => this.replicator.replicate(records),
    });
    const links = this.#links();
    this.replicator = new Replicator(links, clock);
    this.announcing = new Announcing({
      directory: this.#directory,
      views: this.#views,
      hub: this.#hub,
      cluster,
      clock,
      links: links.values(),
      bases: () => this.#announceBases(links),
    });
    this.#presence = new PresenceService(this.#table, this.#views, this.announcing, clock);
    this.#greeter = new PortGreeter(clock);
    this.#server = this.#serve();
  }

  /** Answers a request as it came in over TLS. */
  get fetch(): ApiServer['app']['fetch'] {
    return this.#server.app.fetch;
  }

  /** Resolves when the other trackers were tried once, so that who asks now is answered with what they have. */
  async start(): Promise<void> {
    const { store, clock } = this.#parts;
    this.#stops.push(store.watch(store.position(), (news) => this.#onStoreNews(news)));
    await this.#intake.start();
    this.#stops.push(every(clock, PRESENCE_SWEEP_MS, () => this.#presence.onTime()));
    this.#stops.push(every(clock, EVENTS_HEARTBEAT_MS, () => this.#hub.onTime()));
    this.#stops.push(every(clock, FOREIGN_SWEEP_MS, () => this.announcing.onTime()));
    await this.replicator.start();
  }

  async measure(): Promise<Measured> {
    return {
      records: await this.#parts.store.count(),
      usersOnline: this.#table.counts.users,
      eventStreams: this.#hub.streamCount,
      programsAnnouncing: this.#directory.counts.foreign,
      trackersConnected: this.replicator.others.filter(({ state }) => state === 'connected').length,
    };
  }

  endStreams(): void {
    this.#hub.close();
  }

  /** Ends links and timers; what was opened elsewhere stays open. */
  async close(): Promise<void> {
    for (const stop of this.#stops.splice(0)) stop();
    this.announcing.close();
    this.#greeter.close();
    await this.replicator.close();
  }

  #onStoreNews(news: StoreNews): void {
    // First what the others ask.
    this.#views.onStoreNews(news);
    this.announcing.onStoreNews(news);
    if (news.type === 'changes') {
      for (const record of news.records) this.#intake.onStored(record);
      this.#metrics.onStored(news.records.length);
    }
    this.#hub.onStoreNews(news);
    this.#presence.onStoreNews(news).catch((error: unknown) => {
      this.#parts.log.error('presence-failed', { reason: String(error) });
    });
  }

  /** In the order of the list. */
  #announceBases(links: ReadonlyMap<string, ReplicaLink>): string[] {
    const { trackers, line } = this.#parts;
    return trackers.flatMap((tracker, at) => {
      const base = at === line - 1 ? this.announceBase : links.get(tracker.text)?.announceBase;
      return base ?? [];
    });
  }

  #links(): Map<string, ReplicaLink> {
    const { trackers, line, store, clock, credentials } = this.#parts;
    const links = new Map<string, ReplicaLink>();
    for (const tracker of trackers) {
      if (tracker === trackers[line - 1]) continue;
      const client = openReplicaClient(tracker, credentials, clock);
      const log = this.#parts.log.child({ tracker: tracker.text });
      const parts = { client, store, intake: this.#intake, clock, log, boot: this.#boot };
      links.set(tracker.text, new ReplicaLink(parts));
    }
    return links;
  }

  #serve(): ApiServer {
    const { store, cluster, opaque, clock, log } = this.#parts;
    const server = new ApiServer({
      caPem: cluster.authority.certificatePem,
      cluster: cluster.id,
      hasAccount: async (uid) => (await store.get(recordKey.user(uid))) !== undefined,
      clock,
      log,
      onAnswered: (call, status) => this.#metrics.onAnswered(call, status),
    });
    serveClients(server, {
      announceUrls: this.announcing.urls,
      clock,
      greeter: this.#greeter,
      hub: this.#hub,
      intake: this.#intake,
      logIns: new LogIns(store, this.#views, opaque, clock),
      presence: this.#presence,
      reader: new RecordReader(store, this.#views),
      clusterInfo: () => this.#clusterInfo(),
    });
    serveReplicas(server, store, this.#intake, {
      boot: this.#boot,
      announceBase: () => this.announceBase,
      announcing: this.announcing,
    });
    server.app.get('/healthz', async (context) => context.text(`ok ${await store.count()} records\n`));
    server.app.get('/metrics', async (context) => context.text(await this.#metrics.text()));
    return server;
  }

  #clusterInfo(): CallResult<(typeof trackerApi)['cluster']> {
    const { cluster, trackers, line, clock } = this.#parts;
    const states = new Map(this.replicator.others.map(({ address, state }) => [address, state]));
    return {
      cluster: cluster.id,
      ca: cluster.authority.certificatePem,
      trackers: trackers.map(({ text }) => ({ address: text, state: states.get(text) ?? 'self' })),
      line,
      nowMs: Math.round(clock.wallMs()),
      version: programVersion(),
    };
  }
}
