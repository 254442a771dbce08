import { once } from 'node:events';
import { type Clock, sha256Hex, sleep } from '../base/index.ts';
import type { ContentReader } from '../node/index.ts';
import { parseRange, type ByteRange } from './byte-range.ts';
import type { Exchange } from './exchange.ts';
import type { FileLink, FileLinks } from './file-links.ts';
import { isMarkup, isShown } from './media-type.ts';
import type { NodeHost } from './node-host.ts';
import { Refusal } from './refusal.ts';

/** Files that are read at once; players use two or three. */
const READERS_MAX = 32;
/** A reader that takes nothing for so long is sent away; a player that was paused comes back by itself. */
const STUCK_MS = 10 * 60_000;
/** Whether the file can be read at all is waited for so long before its size and type are told. */
const FIRST_BYTES_MS = 2_000;

/** For what a page would run a file or look by it, were it one of its own. */
const CODE =
  /^(?:script|worker|sharedworker|serviceworker|audioworklet|paintworklet|style|xslt|manifest|font|json)$/;

/** What somebody shared is shown without any rights: no program, no form, no request, no origin of its own. */
const FILE_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src 'self'";

/** Sends files of downloads and shares, also while they load. HTTP ranges: RFC 9110, section 14. */
export class FileServer {
  readonly #host: NodeHost;
  readonly #links: FileLinks;
  readonly #clock: Clock;
  #reading = 0;

  constructor(host: NodeHost, links: FileLinks, clock: Clock) {
    this.#host = host;
    this.#links = links;
    this.#clock = clock;
  }

  /** Throws CommandError where nothing is answered yet. */
  async serve(exchange: Exchange): Promise<void> {
    if (exchange.method !== 'GET' && exchange.method !== 'HEAD')
      throw new Refusal(405, 'UNKNOWN_COMMAND', 'a file can only be read');
    const link = this.#links.find(exchange.url.pathname);
    if (CODE.test(exchange.header('sec-fetch-dest') ?? ''))
      throw new Refusal(403, 'NOT_ALLOWED', 'what somebody shared is never a part of a page');
    if (this.#reading >= READERS_MAX)
      throw new Refusal(
        429,
        'TOO_MANY_ATTEMPTS',
        `${READERS_MAX} files are read already: try again in a moment`,
      );
    this.#reading += 1;
    let reader: ContentReader | undefined;
    try {
      reader = await this.#host.node().openContent(link.group, link.file, link.path);
      await this.#send(exchange, link, reader);
    } finally {
      this.#reading -= 1;
      reader?.close();
    }
  }

  async #send(exchange: Exchange, link: FileLink, reader: ContentReader): Promise<void> {
    const { response } = exchange;
    const tag = `"${sha256Hex(JSON.stringify([reader.content, link.path])).slice(0, 32)}"`;
    const range = rangeOf(exchange, tag, reader.size);
    if (range === 'none') {
      response.setHeader('content-range', `bytes */${reader.size}`);
      throw new Refusal(416, 'INVALID_ARGUMENTS', `the file has ${reader.size} bytes`);
    }
    const { start, end } = range ?? { start: 0, end: reader.size };
    const begin = (): void => {
      if (response.headersSent || response.destroyed) return;
      response.writeHead(range ? 206 : 200, {
        ...headersOf(link, tag),
        'content-type': typeFor(exchange, link),
        'content-length': end - start,
        ...(range && { 'content-range': `bytes ${start}-${end - 1}/${reader.size}` }),
      });
      response.flushHeaders();
    };
    if (exchange.method === 'HEAD' || start === end) {
      begin();
      return void response.end();
    }
    await this.#pour(exchange, reader, { start, end }, begin);
  }

  async #pour(exchange: Exchange, reader: ContentReader, range: ByteRange, begin: () => void): Promise<void> {
    const { response, signal } = exchange;
    const chunks = reader.read(range.start, range.end, signal)[Symbol.asyncIterator]();
    try {
      let next = chunks.next();
      await Promise.race([next, sleep(this.#clock, FIRST_BYTES_MS, signal)]);
      begin();
      for (let chunk = await next; chunk.done !== true; chunk = await next) {
        if (!response.write(chunk.value)) await this.#drained(exchange);
        next = chunks.next();
      }
      response.end();
    } catch (error) {
      if (!response.headersSent && !signal.aborted) throw error;
      // A length was promised: cut off, the reader sees that something is missing.
      response.destroy();
    } finally {
      await chunks.return?.();
    }
  }

  async #drained({ response, signal }: Exchange): Promise<void> {
    const cancel = this.#clock.after(STUCK_MS, () => response.destroy());
    try {
      await once(response, 'drain', { signal });
    } finally {
      cancel();
    }
  }
}

/** The range counts only if it is of the same file as that part which the reader has (If-Range). */
function rangeOf(exchange: Exchange, tag: string, size: number): ReturnType<typeof parseRange> {
  const condition = exchange.header('if-range');
  if (condition !== undefined && condition !== tag) return undefined;
  return parseRange(exchange.header('range'), size);
}

/** Pictures, players and programs get what it is; a window only ever gets what can be looked at. */
function typeFor(exchange: Exchange, { type }: FileLink): string {
  const isWindow = /^(?:document|frame|iframe|embed|object|fencedframe)$/.test(
    exchange.header('sec-fetch-dest') ?? '',
  );
  return isWindow && isMarkup(type) ? 'text/plain; charset=utf-8' : type;
}

const headersOf = ({ name, preview }: FileLink, tag: string) => ({
  'accept-ranges': 'bytes',
  'content-disposition': `${isShown(preview) ? 'inline' : 'attachment'}; ${fileNameOf(name)}`,
  'content-security-policy': FILE_POLICY,
  etag: tag,
  vary: 'sec-fetch-dest',
});

/** RFC 6266: plain for old readers, then exactly (RFC 8187). */
function fileNameOf(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const exact = encodeURIComponent(name).replace(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `filename="${plain}"; filename*=UTF-8''${exact}`;
}
