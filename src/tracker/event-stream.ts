import { EVENTS_HEARTBEAT_MS, type SwarmEvent, type SwarmPeer, type TrackerEvent } from '../api/index.ts';
import { deferred, type Deferred } from '../base/index.ts';
import type { SwarmRef } from './swarm-news.ts';

/** Text that may wait for a slow reader; beyond it events are dropped and `lost` says so. */
const QUEUED_CHARS_MAX = 1024 * 1024;
/** Peers in one event. */
const PEERS_PER_EVENT = 100;
/** A reader that takes nothing for so long is gone. */
const STUCK_MS = 6 * EVENTS_HEARTBEAT_MS;

/** What a stream of events needs to know of swarms: all who may be seen in one, and in which its user takes part. */
export interface SwarmSource {
  swarm(ref: SwarmRef): SwarmPeer[];
  swarms(): SwarmRef[];
}

/**
 * What one client is to be told, in server-sent-event text. Whole swarms are made when their turn comes, from what
 * the swarm is then, so that many of them don't fill the queue.
 */
export class EventStream {
  readonly #source: SwarmSource;
  #queue: string[] = [];
  #queuedChars = 0;
  #swarms = new Map<string, SwarmRef>();
  #waiting: Deferred<void> | undefined;
  #takenAtMs: number;
  #isClosed = false;

  constructor(source: SwarmSource, boot: string, nowMs: number) {
    this.#source = source;
    this.#takenAtMs = nowMs;
    this.send({ type: 'hello', data: { boot } });
    this.#addAllSwarms();
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  send(event: TrackerEvent): void {
    if (this.#isClosed) return;
    const text = textOf(event);
    if (this.#queuedChars + text.length > QUEUED_CHARS_MAX) this.#drop();
    else this.#push(text);
  }

  /** The whole of a swarm, when it is its turn. */
  sendSwarm(ref: SwarmRef): void {
    if (this.#isClosed) return;
    this.#swarms.set(`${ref.gid}/${ref.content}`, ref);
    this.#wake();
  }

  /** Events were lost before they came here. */
  sendLost(): void {
    if (!this.#isClosed) this.#drop();
  }

  /** From time to time: keeps an idle stream alive, closes a stuck one. */
  onTime(nowMs: number): void {
    if (this.#waiting) this.#push(':\n\n');
    else if (nowMs - this.#takenAtMs > STUCK_MS) this.close();
  }

  /** The next text to write; undefined when there is none for now. */
  take(nowMs: number): string | undefined {
    this.#takenAtMs = nowMs;
    if (this.#queue.length > 0) {
      const text = this.#queue.join('');
      this.#queue = [];
      this.#queuedChars = 0;
      return text;
    }
    for (const [key, ref] of this.#swarms) {
      this.#swarms.delete(key);
      const peers = this.#source.swarm(ref);
      if (peers.length > 0)
        return swarmEvents({ ...ref, peers, gone: [] })
          .map(textOf)
          .join('');
    }
    return undefined;
  }

  /** Resolves when there is something to take, or the stream is closed. */
  async wait(): Promise<void> {
    if (this.#isClosed || this.#queue.length > 0 || this.#swarms.size > 0) return;
    this.#waiting = deferred<void>();
    await this.#waiting.promise;
  }

  close(): void {
    this.#isClosed = true;
    this.#queue = [];
    this.#swarms.clear();
    this.#wake();
  }

  #push(text: string): void {
    this.#queue.push(text);
    this.#queuedChars += text.length;
    this.#wake();
  }

  #drop(): void {
    this.#queue = [];
    this.#queuedChars = 0;
    this.#push(textOf({ type: 'lost', data: {} }));
    this.#addAllSwarms();
  }

  #addAllSwarms(): void {
    for (const ref of this.#source.swarms()) this.sendSwarm(ref);
  }

  #wake(): void {
    this.#waiting?.resolve();
    this.#waiting = undefined;
  }
}

/** One swarm's news in events of bounded size. */
export function swarmEvents(news: SwarmEvent): TrackerEvent[] {
  const events: TrackerEvent[] = [];
  const { gid, content, peers, gone } = news;
  for (let at = 0; at === 0 || at < Math.max(peers.length, gone.length); at += PEERS_PER_EVENT) {
    const end = at + PEERS_PER_EVENT;
    const data = { gid, content, peers: peers.slice(at, end), gone: gone.slice(at, end) };
    events.push({ type: 'swarm', data });
  }
  return events;
}

const textOf = (event: TrackerEvent): string =>
  `event: ${event.type}\ndata: ${JSON.stringify(event.data)}\n\n`;
