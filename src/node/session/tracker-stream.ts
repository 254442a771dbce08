import { type TrackerEvent, trackerApi, trackerEvents } from '../../api/index.ts';
import { type Cancel, type Clock, type Logger, deferred } from '../../base/index.ts';
import type { SseEvent } from './sse-decoder.ts';
import type { TrackerLink } from './tracker-link.ts';

/** A lost tracker is tried again so often. */
const RECONNECT_MS = 1_000;

export interface StreamListener {
  /** The tracker greets: from here on all news come as events. */
  onUp(stream: TrackerStream): void;
  onEvent(stream: TrackerStream, event: TrackerEvent): void;
  onDown(stream: TrackerStream): void;
  /** Its state is another now; `fault`: why it is not up, if something is wrong. */
  onState(stream: TrackerStream, fault?: unknown): void;
}

/** Keeps one event stream to one tracker open, as the user of its link, until it is closed. */
export class TrackerStream {
  readonly link: TrackerLink;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #listener: StreamListener;
  #attempt = new AbortController();
  #up = false;
  #state = 'connecting';
  #closed = false;
  #wake: () => void = () => undefined;
  readonly #running: Promise<void>;

  constructor(link: TrackerLink, listener: StreamListener, clock: Clock, log: Logger) {
    this.link = link;
    this.#listener = listener;
    this.#clock = clock;
    this.#log = log.child({ tracker: link.tracker.text });
    this.#running = this.#run();
  }

  get up(): boolean {
    return this.#up;
  }

  /** `connected`, `connecting`, or why not: one line for people. */
  get state(): string {
    return this.#state;
  }

  /** Tries at once instead of after the pause. */
  wake(): void {
    this.#wake();
  }

  /** Gives the stream up as dead; it is built anew after the pause. */
  drop(): void {
    this.#attempt.abort();
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#attempt.abort();
    this.#wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#closed) {
      this.#attempt = new AbortController();
      try {
        await this.#follow(this.#attempt.signal);
      } catch (error) {
        const explained = await this.link.explain(error);
        const reason = explained instanceof Error ? explained.message : String(explained);
        this.#setState(reason.replace(`${this.link.tracker.text} `, ''), explained);
        this.#log.debug('tracker.stream.ended', { reason: this.#state });
      }
      if (this.#up) {
        this.#up = false;
        this.#listener.onDown(this);
      }
      if (!this.#closed) await this.#pause();
    }
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const connection = await this.link.connect();
    for await (const raw of connection.events(trackerApi.events.path, signal)) {
      const event = parseEvent(raw);
      if (event === undefined) this.#log.debug('tracker.event.unknown', { event: raw.event.slice(0, 40) });
      else if (event.type !== 'hello') this.#listener.onEvent(this, event);
      else if (!this.#up) {
        this.#up = true;
        this.#setState('connected');
        this.#listener.onUp(this);
      }
    }
  }

  #setState(state: string, fault?: unknown): void {
    const isNew = state !== this.#state;
    this.#state = state;
    if (isNew) this.#listener.onState(this, fault);
  }

  async #pause(): Promise<void> {
    const pause = deferred<void>();
    this.#wake = () => pause.resolve();
    const cancel: Cancel = this.#clock.after(RECONNECT_MS, this.#wake);
    await pause.promise;
    this.#wake = () => undefined;
    cancel();
  }
}

function parseEvent(raw: SseEvent): TrackerEvent | undefined {
  if (!Object.hasOwn(trackerEvents, raw.event)) return undefined;
  const type = raw.event as keyof typeof trackerEvents;
  try {
    const parsed = trackerEvents[type].safeParse(JSON.parse(raw.data));
    return parsed.success ? ({ type, data: parsed.data } as TrackerEvent) : undefined;
  } catch {
    return undefined;
  }
}
