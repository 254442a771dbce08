import { type TrackerAddress, type TrackerList, trackerApi } from '../../api/index.ts';
import { type Clock, CommandError, type Logger, within } from '../../base/index.ts';
import type { Cluster, ClusterTrust } from './cluster-trust.ts';
import type { ClientIdentity } from './tracker-connection.ts';
import { type TrackerApi, TrackerLink } from './tracker-link.ts';
import { type StreamListener, TrackerStream } from './tracker-stream.ts';
import { tryTrackers } from './try-trackers.ts';

/** All trackers of the list: one to answer a command, every one for news and presence. */
export class Trackers {
  readonly #links: readonly TrackerLink[];
  readonly #trust: ClusterTrust;
  readonly #clock: Clock;
  readonly #log: Logger;
  #streams: readonly TrackerStream[] = [];
  /** The tracker that answered last is asked first, so that a user reads where it wrote. */
  #preferred = 0;

  constructor(list: TrackerList, trust: ClusterTrust, clock: Clock, log: Logger) {
    this.#links = list.trackers.map((tracker) => new TrackerLink(tracker, trust));
    this.#trust = trust;
    this.#clock = clock;
    this.#log = log;
  }

  /**
   * Asks one tracker, and another one when that fails, until there is an answer (see `tryTrackers`). `work` must bear
   * repeating, and keeps to the tracker it is given. Rejects with what the tracker says, NO_TRACKER, TRACKER_CHANGED.
   */
  async call<T>(work: (api: TrackerApi) => Promise<T>): Promise<T> {
    for (const stream of this.#streams) if (!stream.up) stream.wake();
    const order = this.#order();
    return tryTrackers(this.#clock, order.length, async (index) => {
      const at = order[index] ?? 0;
      const result = await work(this.#links[at] as TrackerLink);
      this.#preferred = at;
      return result;
    });
  }

  /** The cluster of the list, as pinned or now first seen. Rejects with NO_TRACKER, TRACKER_CHANGED. */
  async cluster(): Promise<Cluster> {
    const known = this.#trust.known();
    if (known) return known;
    return tryTrackers(this.#clock, this.#links.length, (index) =>
      this.#trust.through((this.#links[index] as TrackerLink).tracker),
    );
  }

  /** From now on calls are made as this user, or as nobody. */
  async identify(identity: ClientIdentity | undefined): Promise<void> {
    for (const link of this.#links) await link.setIdentity(identity);
  }

  /** From now on as this user, with a stream to every tracker. */
  async logIn(identity: ClientIdentity, listener: StreamListener): Promise<void> {
    await this.logOut();
    await this.identify(identity);
    this.#streams = this.#links.map((link) => new TrackerStream(link, listener, this.#clock, this.#log));
  }

  /** From now on as nobody. Idempotent. */
  async logOut(): Promise<void> {
    const streams = this.#streams;
    this.#streams = [];
    await Promise.all(streams.map((stream) => stream.close()));
    await this.identify(undefined);
  }

  /** All of the list, in its order. */
  get links(): readonly TrackerApi[] {
    return this.#links;
  }

  get addresses(): readonly TrackerAddress[] {
    return this.#links.map(({ tracker }) => tracker);
  }

  /** Trackers of the list. */
  get count(): number {
    return this.#links.length;
  }

  /** Those of the list besides `api`. */
  besides(api: TrackerApi): readonly TrackerApi[] {
    return this.#links.filter((link) => link !== api);
  }

  get connected(): readonly TrackerStream[] {
    return this.#streams.filter((stream) => stream.up);
  }

  /** How each is: from its stream where there is one, else by asking now, for `limitMs` at most. */
  async states(limitMs: number): Promise<{ address: string; state: string }[]> {
    if (this.#streams.length > 0)
      return this.#streams.map((stream) => ({ address: stream.link.tracker.text, state: stream.state }));
    const asked = this.#links.map(async (link) => ({
      address: link.tracker.text,
      state: await within(this.#clock, limitMs, askState(link), () => new Error('slow')).catch(
        () => 'no answer',
      ),
    }));
    return Promise.all(asked);
  }

  async close(): Promise<void> {
    await this.logOut();
    await Promise.all(this.#links.map((link) => link.close()));
  }

  #order(): number[] {
    const up = new Set(this.connected.map((stream) => stream.link));
    const rank = (at: number): number =>
      (up.has(this.#links[at] as TrackerLink) ? 0 : 2) + (at === this.#preferred ? 0 : 1);
    return [...this.#links.keys()].sort((a, b) => rank(a) - rank(b));
  }
}

async function askState(link: TrackerLink): Promise<string> {
  try {
    await link.call(trackerApi.cluster, {});
    return 'reachable';
  } catch (error) {
    if (error instanceof CommandError) return `${error.code}: ${error.message}`;
    return (error as Error).message.replace(`${link.tracker.text} `, '');
  }
}
