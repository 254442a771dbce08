import { LOCAL_HEARTBEAT_MS, localEvent, type LocalEvent, localStreams } from '../api/index.ts';
import { type Cancel, type Clock, deferred } from '../base/index.ts';
import { SseDecoder } from '../node/index.ts';
import type { LocalClient } from './local-client.ts';

const RECONNECT_MS = 500;
const SILENT_MS = 3 * LOCAL_HEARTBEAT_MS;

/** Follows a node's events, over and over, until closed; news of the time between are told afterwards. */
export class RemoteNews {
  readonly #client: LocalClient;
  readonly #clock: Clock;
  readonly #onEvent: (event: LocalEvent) => void;
  readonly #onLost: () => void;
  readonly #end = new AbortController();
  readonly #running: Promise<void>;
  /** When the newest news that is known was told; those up to it are not told again. */
  #knownMs: number;

  constructor(client: LocalClient, clock: Clock, onEvent: (event: LocalEvent) => void, onLost: () => void) {
    this.#client = client;
    this.#clock = clock;
    this.#onEvent = onEvent;
    this.#onLost = onLost;
    this.#knownMs = clock.wallMs();
    this.#running = this.#run();
  }

  async close(): Promise<void> {
    this.#end.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#end.signal.aborted) {
      const attempt = new AbortController();
      const onEnd = (): void => attempt.abort();
      this.#end.signal.addEventListener('abort', onEnd, { once: true });
      try {
        await this.#follow(attempt);
      } catch {
        // The node is restarting, or has ended: calls say so.
      }
      attempt.abort();
      this.#end.signal.removeEventListener('abort', onEnd);
      if (this.#end.signal.aborted) return;
      this.#onLost();
      await this.#pause();
    }
  }

  async #follow(attempt: AbortController): Promise<void> {
    const headers = { 'last-event-id': String(this.#knownMs) };
    let watch: Cancel = () => undefined;
    const heard = (): void => {
      watch();
      watch = this.#clock.after(SILENT_MS, () => attempt.abort());
    };
    try {
      heard();
      const answer = await this.#client.open('GET', localStreams.events, { headers }, attempt.signal);
      answer.setEncoding('utf8');
      if (answer.statusCode !== 200) return void answer.destroy();
      const decoder = new SseDecoder();
      for await (const text of answer as AsyncIterable<string>) {
        heard();
        for (const { data } of decoder.push(text)) this.#take(data);
      }
    } finally {
      watch();
    }
  }

  #take(data: string): void {
    const parsed = localEvent.safeParse(JSON.parse(data));
    // Of a newer node there may be events that this program does not know.
    if (!parsed.success) return;
    if (parsed.data.type === 'news') this.#knownMs = parsed.data.atMs;
    this.#onEvent(parsed.data);
  }

  async #pause(): Promise<void> {
    const pause = deferred<void>();
    const go = (): void => pause.resolve();
    const cancel = this.#clock.after(RECONNECT_MS, go);
    this.#end.signal.addEventListener('abort', go, { once: true });
    await pause.promise;
    cancel();
    this.#end.signal.removeEventListener('abort', go);
  }
}
