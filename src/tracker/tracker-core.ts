import { EVENTS_HEARTBEAT_MS, type CallResult, type TrackerAddress, type trackerApi } from '../api/index.ts';
import { every, secretBytes, toBase64Url, type Cancel, type Clock, type Logger } from '../base/index.ts';
import { openAnnounceKeys, type ClusterKey, type OpaqueServer } from '../identity/index.ts';
import { recordKey, type RecordVerifier } from '../records/index.ts';
import type { RecordStore, StoreNews } from '../store/index.ts';
import { AnnounceUrls } from './announce/announce-urls.ts';
import { ApiServer } from './api-server.ts';
import { EventHub } from './event-hub.ts';
import { LogIns } from './log-ins.ts';
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
  readonly #parts: CoreParts;
  readonly #server: ApiServer;
  readonly #boot = toBase64Url(secretBytes(9));
  readonly #table = new PresenceTable();
  readonly #hub: EventHub;
  readonly #views: RecordViews;
  readonly #intake: RecordIntake;
  readonly #presence: PresenceService;
  readonly #metrics = new TrackerMetrics(() => this.measure());
  readonly #stops: Cancel[] = [];

  constructor(parts: CoreParts) {
    const { store, verifier, cluster, clock } = parts;
    this.#parts = parts;
    this.#views = new RecordViews(store);
    this.#hub = new EventHub(this.#views, this.#table, clock, this.#boot);
    this.#presence = new PresenceService(this.#table, this.#views, this.#hub, clock);
    this.#intake = new RecordIntake({
      store,
      views: this.#views,
      verifier,
      cluster,
      clock,
      replicate: (records) => this.replicator.replicate(records),
    });
    this.replicator = new Replicator(this.#links(), clock);
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
    await this.replicator.start();
  }

  async measure(): Promise<Measured> {
    return {
      records: await this.#parts.store.count(),
      usersOnline: this.#table.counts.users,
      eventStreams: this.#hub.streamCount,
      trackersConnected: this.replicator.others.filter(({ state }) => state === 'connected').length,
    };
  }

  endStreams(): void {
    this.#hub.close();
  }

  /** Ends links and timers; what was opened elsewhere stays open. */
  async close(): Promise<void> {
    for (const stop of this.#stops.splice(0)) stop();
    await this.replicator.close();
  }

  #onStoreNews(news: StoreNews): void {
    // First what the others ask.
    this.#views.onStoreNews(news);
    if (news.type === 'changes') {
      for (const record of news.records) this.#intake.onStored(record);
      this.#metrics.onStored(news.records.length);
    }
    this.#hub.onStoreNews(news);
    this.#presence.onStoreNews(news).catch((error: unknown) => {
      this.#parts.log.error('presence-failed', { reason: String(error) });
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
      announceUrls: new AnnounceUrls(this.#views, openAnnounceKeys(cluster), () => []),
      clock,
      hub: this.#hub,
      intake: this.#intake,
      logIns: new LogIns(store, this.#views, opaque, clock),
      presence: this.#presence,
      reader: new RecordReader(store, this.#views),
      clusterInfo: () => this.#clusterInfo(),
    });
    serveReplicas(server, store, this.#intake, this.#boot);
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
    };
  }
}
