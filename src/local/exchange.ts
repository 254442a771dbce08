import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { CommandError } from '../base/index.ts';
import { Refusal, statusOf } from './refusal.ts';

/** By which door somebody came: the Unix socket, or the page's port. */
export type Door = 'socket' | 'page';

/** Headers of every answer to the page's port, unless the answer says otherwise. */
const BASE_HEADERS: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-dns-prefetch-control': 'off',
};

/** One request and its answer. */
export class Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly door: Door;
  readonly url: URL;
  readonly #gone = new AbortController();

  /** Throws a Refusal where what is asked for is no path. */
  constructor(request: IncomingMessage, response: ServerResponse, door: Door) {
    this.request = request;
    this.response = response;
    this.door = door;
    for (const [name, value] of Object.entries(BASE_HEADERS)) response.setHeader(name, value);
    response.once('close', () => this.#gone.abort());
    this.url = pathOf(request.url ?? '');
  }

  /** Aborted when the other side has gone, or the answer is complete. */
  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  get method(): string {
    return this.request.method ?? '';
  }

  header(name: string): string | undefined {
    const value = this.request.headers[name];
    return typeof value === 'string' ? value : undefined;
  }

  answer(status: number, body: string | undefined, headers: OutgoingHttpHeaders = {}): void {
    if (this.response.headersSent || this.response.destroyed) return;
    const length = body === undefined ? 0 : Buffer.byteLength(body);
    this.response.writeHead(status, { ...headers, 'content-length': length });
    this.response.end(this.method === 'HEAD' ? undefined : body);
  }

  answerJson(status: number, value: unknown, headers: OutgoingHttpHeaders = {}): void {
    const type = { 'content-type': 'application/json; charset=utf-8' };
    this.answer(status, `${JSON.stringify(value)}\n`, { ...type, ...headers });
  }

  /** What of the request is still to come is not waited for. */
  answerError(error: CommandError): void {
    const unread = this.request.complete ? {} : { connection: 'close' };
    this.answerJson(statusOf(error), bodyOf(error), unread);
  }
}

export const bodyOf = ({ code, message: text }: CommandError): object => ({ error: { code, text } });

function pathOf(target: string): URL {
  if (target.startsWith('/') && URL.canParse(target, 'http://node')) {
    const url = new URL(target, 'http://node');
    if (url.host === 'node') return url;
  }
  throw new Refusal(400, 'INVALID_ARGUMENTS', 'what is asked for is no path');
}
