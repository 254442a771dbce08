import type { CallResult, Endpoint, TrackerAddress } from '../../api/index.ts';
import type { ClusterTrust } from './cluster-trust.ts';
import {
  type ClientIdentity,
  type Input,
  TrackerConnection,
  TrackerUnreachable,
  TrackerUntrusted,
} from './tracker-connection.ts';

/** What a command may ask of one tracker. */
export interface TrackerApi {
  readonly tracker: TrackerAddress;
  call<E extends Endpoint>(endpoint: E, input: Input<E>, signal?: AbortSignal): Promise<CallResult<E>>;
}

/** One tracker of the list, and the connection to it as the user who is logged in, or as nobody. */
export class TrackerLink implements TrackerApi {
  readonly tracker: TrackerAddress;
  readonly #trust: ClusterTrust;
  #identity: ClientIdentity | undefined;
  #connection: TrackerConnection | undefined;
  #closed = false;

  constructor(tracker: TrackerAddress, trust: ClusterTrust) {
    this.tracker = tracker;
    this.#trust = trust;
  }

  /** Later calls are made as this user; those under way fail with TrackerUnreachable. */
  async setIdentity(identity: ClientIdentity | undefined): Promise<void> {
    this.#identity = identity;
    await this.#disconnect();
  }

  /** As TrackerConnection.call; a tracker whose certificate is not of the pinned cluster gives TRACKER_CHANGED. */
  async call<E extends Endpoint>(endpoint: E, input: Input<E>, signal?: AbortSignal): Promise<CallResult<E>> {
    try {
      return await (await this.connect()).call(endpoint, input, signal);
    } catch (error) {
      throw await this.explain(error);
    }
  }

  /** The connection for the present user. Rejects with TRACKER_CHANGED, TrackerUnreachable, TrackerUntrusted. */
  async connect(): Promise<TrackerConnection> {
    const cluster = await this.#trust.through(this.tracker);
    if (this.#closed) throw new TrackerUnreachable(`${this.tracker.text}: this client is closing`);
    this.#connection ??= new TrackerConnection(this.tracker, cluster.caPem, this.#identity);
    return this.#connection;
  }

  /** Makes of "not the certificate I expected" what a person can act on. */
  async explain(error: unknown): Promise<unknown> {
    return error instanceof TrackerUntrusted ? this.#trust.explain(this.tracker, error) : error;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#disconnect();
  }

  async #disconnect(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.close();
  }
}
