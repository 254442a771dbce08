import { LOCAL_HEARTBEAT_MS, type LocalEvent } from '../api/index.ts';
import { type Cancel, type Clock, every, type Logger } from '../base/index.ts';
import type { DownloadRow, NodeEvent } from '../node/index.ts';
import { toCommandError } from './call-server.ts';
import type { Door, Exchange } from './exchange.ts';
import type { NodeHost } from './node-host.ts';

/** Streams by each door; one more closes the oldest. */
const STREAMS_MAX = 20;
/** News that whoever connects is told afterwards. */
const NEWS_KEPT = 100;
/** What may wait for a slow reader; beyond it the stream is closed, and its reader connects anew. */
const UNREAD_BYTES_MAX = 8 * 2 ** 20;
/** Of more downloads only so many are told of every second: first those that can move. */
const DOWNLOADS_MAX = 5_000;
const TRANSFERS_MS = 1_000;

type News = Extract<LocalEvent, { type: 'news' }>;
type Transfers = Extract<LocalEvent, { type: 'transfers' }>;

const NO_TRANSFERS: Transfers = {
  type: 'transfers',
  downloads: [],
  downloadBytesPerSecond: 0,
  uploadBytesPerSecond: 0,
  peers: 0,
};

/** Tells all who listen what is new at the node, as server-sent events (HTML standard, section 9.2). */
export class EventHub {
  readonly #host: NodeHost;
  readonly #clock: Clock;
  readonly #log: Logger;
  /** With the secret of the browser that listens, where one does. */
  readonly #streams = new Map<Exchange, string | undefined>();
  readonly #news: News[] = [];
  readonly #ends: (() => void)[];
  #transfers = NO_TRANSFERS;
  #transfersText = '';
  #isAsking = false;
  #polling: Cancel | undefined;

  constructor(host: NodeHost, clock: Clock, log: Logger) {
    this.#host = host;
    this.#clock = clock;
    this.#log = log;
    this.#ends = [
      host.onEvent((event) => this.#onNews(event)),
      host.onChange((change) => this.#tell({ type: 'changed', change })),
      every(clock, LOCAL_HEARTBEAT_MS, () => this.#write(':\n\n')),
    ];
  }

  /**
   * Answers with a stream of events. `Last-Event-ID` says what is known already: `now`, all so far; the id of news,
   * those up to it; absent, nothing.
   */
  open(exchange: Exchange, secret: string | undefined): void {
    this.#makeRoom(exchange.door);
    const { response } = exchange;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const { version, boot } = this.#host.state;
    response.write(textOf({ type: 'hello', version, boot }));
    for (const news of this.#since(exchange.header('last-event-id'))) response.write(textOf(news));
    if (this.#transfersText !== '') response.write(textOf(this.#transfers));
    this.#streams.set(exchange, secret);
    exchange.signal.addEventListener('abort', () => this.#leave(exchange), { once: true });
    this.#polling ??= every(this.#clock, TRANSFERS_MS, () => void this.#askTransfers());
  }

  /** A browser may listen no longer. */
  end(secret: string): void {
    for (const [{ response }, of] of this.#streams) if (of === secret) response.destroy();
  }

  close(): void {
    for (const end of this.#ends) end();
    this.#polling?.();
    for (const { response } of this.#streams.keys()) response.destroy();
    this.#streams.clear();
  }

  #since(lastId: string | undefined): readonly News[] {
    if (lastId === 'now') return [];
    const lastMs = Number(lastId ?? 0);
    return this.#news.filter((news) => !(news.atMs <= lastMs));
  }

  /** No two have the same time: it is also what tells them apart. */
  #onNews(event: NodeEvent): void {
    const atMs = Math.max(Math.floor(this.#clock.wallMs()), (this.#news.at(-1)?.atMs ?? 0) + 1);
    const news: News = { type: 'news', event, atMs };
    this.#news.push(news);
    if (this.#news.length > NEWS_KEPT) this.#news.shift();
    this.#tell(news);
  }

  #tell(event: LocalEvent): void {
    if (this.#streams.size > 0) this.#write(textOf(event));
  }

  #write(text: string): void {
    for (const { response } of this.#streams.keys()) {
      if (response.writableLength > UNREAD_BYTES_MAX) response.destroy();
      else response.write(text);
    }
  }

  #makeRoom(door: Door): void {
    const alike = [...this.#streams.keys()].filter((stream) => stream.door === door);
    if (alike.length >= STREAMS_MAX) alike[0]?.response.destroy();
  }

  #leave(exchange: Exchange): void {
    this.#streams.delete(exchange);
    if (this.#streams.size > 0) return;
    this.#polling?.();
    this.#polling = undefined;
    // Whoever comes next is not told of old speeds.
    this.#transfers = NO_TRANSFERS;
    this.#transfersText = '';
  }

  async #askTransfers(): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      this.#onTransfers(await this.#currentTransfers());
    } catch (error) {
      toCommandError(error, 'transfers', this.#log);
      this.#onTransfers(NO_TRANSFERS);
    } finally {
      this.#isAsking = false;
    }
  }

  async #currentTransfers(): Promise<Transfers> {
    if (this.#host.state.user === null) return NO_TRANSFERS;
    const node = this.#host.node();
    const [downloads, status] = await Promise.all([node.showDownloads(), node.status()]);
    const { downloadBytesPerSecond, uploadBytesPerSecond, peers } = status;
    return {
      type: 'transfers',
      downloads: firstOf(downloads),
      downloadBytesPerSecond,
      uploadBytesPerSecond,
      peers,
    };
  }

  #onTransfers(transfers: Transfers): void {
    const text = textOf(transfers);
    if (text === this.#transfersText || (this.#transfersText === '' && transfers === NO_TRANSFERS)) return;
    this.#transfers = transfers;
    this.#transfersText = text;
    this.#write(text);
  }
}

function textOf(event: LocalEvent): string {
  const id = event.type === 'news' ? `id: ${event.atMs}\n` : '';
  return `${id}event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
}

function firstOf(downloads: readonly DownloadRow[]): readonly DownloadRow[] {
  if (downloads.length <= DOWNLOADS_MAX) return downloads;
  const moving = downloads.filter(({ state }) => state === 'D' || state === 'Q');
  const others = downloads.filter(({ state }) => state !== 'D' && state !== 'Q');
  return [...moving, ...others].slice(0, DOWNLOADS_MAX);
}
