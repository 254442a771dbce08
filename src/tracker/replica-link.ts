import {
  deferred,
  fromBase64Url,
  sleep,
  toBase64Url,
  type Clock,
  type Deferred,
  type Logger,
} from '../base/index.ts';
import type { CallInput } from '../api/index.ts';
import type { SignedRecord } from '../records/index.ts';
import type { RecordStore } from '../store/index.ts';
import type { RecordIntake } from './record-intake.ts';
import { StrangeTracker, type ReplicaClient } from './replica-client.ts';
import {
  BUCKETS_PER_CALL,
  EXCHANGE_BYTES_MAX,
  RECORDS_PER_EXCHANGE,
  replicaApi,
} from './replica-contract.ts';
import { differingBuckets, inParts, keysToFetch } from './replication-plan.ts';
import { rootOf } from './replica-server.ts';

/** How often a lost tracker is tried again, and how often a connected one is asked how it stands. */
const RETRY_MS = 1_000;
const PING_MS = 1_000;
/** Changes that wait for being pushed. Beyond them the other tracker gets them when it compares digests. */
const QUEUED_MAX = 10_000;
/** Keys that are gathered before they are fetched in order. */
const KEYS_SORTED_MAX = 50_000;
/** How often in a row a connected tracker must differ before all is compared; more where that brings nothing. */
const DIFFERING_PINGS = 2;
const FRUITLESS_PINGS_MAX = 60;

export type LinkState = 'connecting' | 'connected' | 'different_cluster';

export interface LinkParts {
  readonly client: ReplicaClient;
  readonly store: RecordStore;
  readonly intake: Pick<RecordIntake, 'takeFromTracker'>;
  readonly clock: Clock;
  readonly log: Logger;
  readonly boot: string;
}

interface Push {
  readonly record: SignedRecord;
  /** True once the other tracker has it on disk. */
  readonly done: Deferred<boolean>;
}

/**
 * This tracker's way to one other: fetches what is missing here, pushes what is new here. The other one has a link of
 * its own in the other direction, so that each side only ever fetches.
 */
export class ReplicaLink {
  readonly #parts: LinkParts;
  readonly #closing = new AbortController();
  readonly #firstTry = deferred<void>();
  #state: LinkState = 'connecting';
  #fault = '';
  #session = new AbortController();
  #queue: Push[] = [];
  #isPushing = false;
  #otherBoot: string | undefined;
  #announceBase: string | undefined;
  #catchingUp: Promise<number> | undefined;
  #running: Promise<void> | undefined;

  constructor(parts: LinkParts) {
    this.#parts = parts;
  }

  get state(): LinkState {
    return this.#state;
  }

  /** Why the other tracker is not taken for one of this cluster, and what to do; undefined unless it is so. */
  get fault(): string | undefined {
    return this.#state === 'different_cluster' ? this.#fault : undefined;
  }

  /** Which run of the other tracker is connected; undefined while none is. */
  get otherBoot(): string | undefined {
    return this.#state === 'connected' ? this.#otherBoot : undefined;
  }

  /** Where other BitTorrent programs announce there; as it was last known, also while it is away. */
  get announceBase(): string | undefined {
    return this.#announceBase;
  }

  /** Rejects where it can't be told now. */
  async tellForeign(batch: CallInput<(typeof replicaApi)['foreign']>['body']): Promise<void> {
    await this.#parts.client.call(replicaApi.foreign, batch, this.#session.signal);
  }

  /** Begins, and resolves when the other tracker was tried once: caught up with, or not there. */
  start(): Promise<void> {
    this.#running ??= this.#run();
    return this.#firstTry.promise;
  }

  /** Whether all of `records` are on the other tracker's disk; false as soon as that can't be had now. */
  async push(records: readonly SignedRecord[]): Promise<boolean> {
    if (this.#state !== 'connected' || this.#queue.length + records.length > QUEUED_MAX) return false;
    const pushes = records.map((record) => ({ record, done: deferred<boolean>() }));
    this.#queue.push(...pushes);
    void this.#pushAll();
    const done = await Promise.all(pushes.map((push) => push.done.promise));
    return done.every(Boolean);
  }

  /** Fetches all that is missing here; how many records that brought. Rejects if the other tracker fails. */
  catchUp(): Promise<number> {
    this.#catchingUp ??= this.#fetchMissing().finally(() => (this.#catchingUp = undefined));
    return this.#catchingUp;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#session.abort();
    await this.#running;
    await this.#parts.client.close();
  }

  async #run(): Promise<void> {
    const { clock } = this.#parts;
    while (!this.#closing.signal.aborted) {
      this.#session = new AbortController();
      await this.#stayConnected().catch((error: unknown) => this.#onLost(error));
      this.#firstTry.resolve();
      await sleep(clock, RETRY_MS, this.#closing.signal).catch(() => undefined);
    }
  }

  /** Ends only by failing. */
  async #stayConnected(): Promise<never> {
    const { clock, log } = this.#parts;
    await this.#differs();
    this.#state = 'connected';
    log.info('tracker-connected');
    await this.catchUp();
    this.#firstTry.resolve();
    let differing = 0;
    let patience = DIFFERING_PINGS;
    for (;;) {
      await sleep(clock, PING_MS, this.#session.signal);
      // Several times in a row: what is just being pushed differs for a moment.
      differing = (await this.#differs()) && !this.#isPushing ? differing + 1 : 0;
      if (differing < patience) continue;
      const fetched = await this.catchUp();
      patience = fetched > 0 ? DIFFERING_PINGS : Math.min(2 * patience, FRUITLESS_PINGS_MAX);
      differing = 0;
    }
  }

  /** Whether the other tracker holds anything else than this one. */
  async #differs(): Promise<boolean> {
    const { boot, store } = this.#parts;
    const theirs = await this.#parts.client.call(replicaApi.hello, { boot }, this.#session.signal);
    if (theirs.boot === boot) throw new Error('this address leads to this very tracker');
    this.#otherBoot = theirs.boot;
    this.#announceBase = theirs.announce;
    return theirs.root !== rootOf(await store.digests());
  }

  async #fetchMissing(): Promise<number> {
    const { client, store, log } = this.#parts;
    const { signal } = this.#session;
    const { digests } = await client.call(replicaApi.digests, {}, signal);
    const buckets = differingBuckets(await store.digests(), fromBase64Url(digests));
    if (!buckets) throw new Error('the digests are malformed');
    let fetched = 0;
    let keys: string[] = [];
    for (const part of inParts(buckets, BUCKETS_PER_CALL)) {
      const { pairs } = await client.call(replicaApi.lists, { buckets: part }, signal);
      const ours = await Promise.all(part.map((bucket) => store.bucket(bucket)));
      keys.push(...keysToFetch(ours.flat(), pairs));
      if (keys.length < KEYS_SORTED_MAX) continue;
      fetched += await this.#fetch(keys);
      keys = [];
    }
    fetched += await this.#fetch(keys);
    if (fetched > 0) log.info('tracker-caught-up', { records: fetched });
    return fetched;
  }

  /** The next part is under way while the last one is checked and stored. */
  async #fetch(keys: readonly string[]): Promise<number> {
    let fetched = 0;
    let storing: Promise<number> = Promise.resolve(0);
    // In the order of keys both stores read and write neighbouring pages: several times as fast.
    for (const part of inParts(keys.toSorted(), RECORDS_PER_EXCHANGE)) {
      let rest = part;
      while (rest.length > 0) {
        const { records } = await this.#parts.client.call(
          replicaApi.fetch,
          { keys: rest },
          this.#session.signal,
        );
        fetched += await storing;
        storing = this.#store(records);
        storing.catch(() => undefined);
        // An answer that is full has the first keys only; none at all, and the rest is gone meanwhile.
        rest = records.length === 0 ? [] : rest.slice(records.length);
      }
    }
    return fetched + (await storing);
  }

  async #store(texts: readonly string[]): Promise<number> {
    const outcomes = await this.#parts.intake.takeFromTracker(texts);
    return outcomes.filter((outcome) => outcome.status === 'applied').length;
  }

  async #pushAll(): Promise<void> {
    if (this.#isPushing) return;
    this.#isPushing = true;
    let batch: Push[] = [];
    try {
      while (this.#queue.length > 0) {
        batch = takeBatch(this.#queue);
        const records = batch.map(({ record }) => toBase64Url(record.bytes));
        const { newer } = await this.#parts.client.call(replicaApi.put, { records }, this.#session.signal);
        if (newer.length > 0) await this.#store(newer);
        for (const { done } of batch) done.resolve(true);
      }
    } catch {
      // Connecting anew compares digests, which brings over what was not pushed.
      for (const { done } of [...batch, ...this.#queue.splice(0)]) done.resolve(false);
      this.#session.abort();
    } finally {
      this.#isPushing = false;
    }
  }

  #onLost(error: unknown): void {
    const { log } = this.#parts;
    this.#session.abort();
    for (const { done } of this.#queue.splice(0)) done.resolve(false);
    const state = error instanceof StrangeTracker ? 'different_cluster' : 'connecting';
    const reason = error instanceof Error ? error.message : String(error);
    if (state === 'different_cluster') {
      this.#fault = `${reason}: copy cluster.key from one of the two to the other, and start that one again`;
    }
    if (state !== this.#state) {
      if (state === 'different_cluster') log.error('tracker-different-cluster', { fault: this.#fault });
      else if (!this.#closing.signal.aborted) log.warn('tracker-lost', { reason });
    }
    this.#state = state;
  }
}

/** The first of `queue`, as many as fit into one call. */
function takeBatch(queue: Push[]): Push[] {
  let bytes = 0;
  let count = 0;
  for (const { record } of queue) {
    bytes += record.bytes.length;
    if (count === RECORDS_PER_EXCHANGE || (count > 0 && bytes > EXCHANGE_BYTES_MAX)) break;
    count += 1;
  }
  return queue.splice(0, count);
}
