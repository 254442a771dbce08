import { rm } from 'node:fs/promises';
import { parseInvitation, parseTrackerList, trackerListOf } from '../../api/index.ts';
import {
  type Clock,
  CommandError,
  type Logger,
  programVersion,
  secretBytes,
  sleep,
  toHex,
} from '../../base/index.ts';
import type { NodeHost, NodeState } from '../../local/index.ts';
import { type LocalNode, type NodeChange, type NodeEvent, writePrivateFile } from '../../node/index.ts';
import { tellingUser } from './composed-node.ts';
import { dataWords, trackersFile } from './node-folder.ts';

/** Between two attempts to log in by what is remembered, while no tracker answers. */
const RETRY_MS = 3_000;

export interface BackgroundParts {
  readonly dataDir: string;
  /** Opens the node of this data folder by its list of trackers. */
  readonly openNode: () => Promise<LocalNode>;
  readonly clock: Clock;
  readonly log: Logger;
}

type HostState = NodeHost['state'];

/**
 * The node of a process in the background: made when there are trackers, at the start or once it is set up; logged in
 * by what is remembered, retried while no tracker answers.
 */
export class BackgroundNode implements NodeHost {
  readonly #parts: BackgroundParts;
  readonly #boot = toHex(secretBytes(8));
  readonly #startedAtMs: number;
  readonly #events = new Set<(event: NodeEvent) => void>();
  readonly #changes = new Set<(change: NodeChange) => void>();
  readonly #stopping = new AbortController();
  #node: LocalNode | undefined;
  #settingUp = false;
  #how: Pick<HostState, 'state' | 'user' | 'text'> = NOT_SET_UP;
  #entering: Promise<void> = Promise.resolve();

  constructor(parts: BackgroundParts) {
    this.#parts = parts;
    this.#startedAtMs = parts.clock.wallMs();
  }

  get state(): HostState {
    return {
      version: programVersion(),
      pid: process.pid,
      boot: this.#boot,
      startedAtMs: this.#startedAtMs,
      dataDir: this.#parts.dataDir,
      ...this.#how,
    };
  }

  /** Aborted when the process is to end. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  node(): LocalNode {
    if (this.#node !== undefined) return this.#node;
    if (this.#how.state === 'starting')
      throw new CommandError('NOT_READY', 'the node is starting: try again');
    throw new CommandError('NOT_SET_UP', NOT_SET_UP.text);
  }

  /** Opens the node; the trackers are there. Rejects as `openNode` does. */
  async begin(): Promise<void> {
    this.#become({ state: 'starting', user: null, text: '' });
    try {
      const node = tellingUser(await this.#parts.openNode(), (user) => this.#onUser(user));
      node.onEvent((event) => this.#events.forEach((listener) => listener(event)));
      node.onChange((change) => this.#onChange(change));
      this.#node = node;
    } catch (error) {
      this.#become(NOT_SET_UP);
      throw error;
    }
    this.#entering = this.#enter(this.#node);
  }

  async setUp(given: Parameters<NodeHost['setUp']>[0]): Promise<void> {
    if (this.#node !== undefined || this.#settingUp)
      throw new CommandError('CONFLICT', 'this node has its trackers already');
    const list = given.trackers ?? trackerListOf(parseInvitation(given.invitation ?? ''));
    parseTrackerList(list, 'the list of trackers');
    const path = trackersFile(this.#parts.dataDir);
    this.#settingUp = true;
    try {
      await writePrivateFile(path, list);
      await this.begin();
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    } finally {
      this.#settingUp = false;
    }
  }

  stop(): void {
    this.#stopping.abort();
  }

  onEvent(listener: (event: NodeEvent) => void): () => void {
    this.#events.add(listener);
    return () => void this.#events.delete(listener);
  }

  onChange(listener: (change: NodeChange) => void): () => void {
    this.#changes.add(listener);
    return () => void this.#changes.delete(listener);
  }

  /** Ends the node, says goodbye to the trackers. Idempotent. */
  async close(): Promise<void> {
    this.#stopping.abort();
    await this.#entering;
    await this.#node?.close();
  }

  /** Logs in by what is remembered, as soon as a tracker answers, unless somebody does so meanwhile. */
  async #enter(node: LocalNode): Promise<void> {
    for (;;) {
      try {
        const done = await node.loginRemembered();
        if (done === undefined && this.#how.user === null) this.#become(LOGGED_OUT);
        return;
      } catch (error) {
        if (!this.#mayRetry(error)) return;
      }
      await sleep(this.#parts.clock, RETRY_MS, this.#stopping.signal).catch(() => undefined);
      if (this.#stopping.signal.aborted || this.#how.user !== null) return;
    }
  }

  #mayRetry(error: unknown): boolean {
    if (this.#how.user !== null) return false;
    const text = error instanceof Error ? error.message : String(error);
    const code = error instanceof CommandError ? error.code : 'INTERNAL';
    this.#parts.log.warn('node.login-failed', { code, text });
    const passes = code === 'NO_TRACKER' || code === 'TIMED_OUT' || code === 'TOO_MANY_ATTEMPTS';
    if (passes)
      this.#become({ state: 'waiting', user: null, text: `waiting for a tracker to log in: ${text}` });
    else this.#become({ ...LOGGED_OUT, text: `what was remembered does not log in: ${text}` });
    return passes;
  }

  #onUser(user: string | null): void {
    if (user === null) this.#become({ ...LOGGED_OUT, text: this.#loginText() });
    else this.#become({ state: 'logged-in', user, text: '' });
  }

  #onChange(change: NodeChange): void {
    if (change.what === 'account') this.#lookWho();
    this.#changes.forEach((listener) => listener(change));
  }

  /** The user may have been renamed, or logged out by the trackers. */
  #lookWho(): void {
    this.#node
      ?.whoami()
      .then(({ user }) => user !== this.#how.user && this.#onUser(user))
      .catch((error: unknown) => {
        const out = error instanceof CommandError && error.code === 'NOT_LOGGED_IN';
        if (out && this.#how.user !== null) this.#onUser(null);
      });
  }

  #loginText(): string {
    return `log in: mbt login NAME --remember${dataWords(this.#parts.dataDir)}`;
  }

  #become(how: Pick<HostState, 'state' | 'user' | 'text'>): void {
    const text = how === LOGGED_OUT ? this.#loginText() : how.text;
    if (how.state !== this.#how.state || text !== this.#how.text)
      this.#parts.log.info('node.state', { state: how.state, text });
    this.#how = { ...how, text };
    this.#changes.forEach((listener) => listener({ what: 'account' }));
  }
}

type How = Pick<NodeState, 'state' | 'user' | 'text'>;

const NOT_SET_UP: How = {
  state: 'not-set-up',
  user: null,
  text: 'no trackers yet: open an invitation (mbt join LINK), or give the list of trackers: mbt node start --trackers FILE',
};
const LOGGED_OUT: How = { state: 'logged-out', user: null, text: '' };
