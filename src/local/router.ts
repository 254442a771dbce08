import { localStreams, PAGE_KEY_HEADER } from '../api/index.ts';
import type { Logger } from '../base/index.ts';
import { callAt, type CallServer, toCommandError } from './call-server.ts';
import type { Drops } from './drops.ts';
import type { EventHub } from './event-hub.ts';
import type { Exchange } from './exchange.ts';
import type { FileServer } from './file-server.ts';
import { openApiText } from './open-api.ts';
import { readCookies, writeCookie } from './page-cookie.ts';
import type { PageFiles } from './page-files.ts';
import { guardPage } from './page-guard.ts';
import type { PeerOwners } from './peer-owner.ts';
import { Refusal, unknownCall } from './refusal.ts';
import type { WebSessions } from './web-sessions.ts';

export interface RouterParts {
  readonly calls: CallServer;
  readonly events: EventHub;
  readonly drops: Drops;
  readonly files: FileServer;
  readonly page: PageFiles;
  readonly sessions: WebSessions;
  readonly peers: PeerOwners;
  readonly log: Logger;
}

/** Leads every request to who answers it, once it is clear that it may ask. */
export class Router {
  readonly #parts: RouterParts;
  /** Of the page; 0 until it is known. */
  port = 0;

  constructor(parts: RouterParts) {
    this.#parts = parts;
  }

  /** Never rejects. */
  async serve(exchange: Exchange): Promise<void> {
    try {
      if (exchange.door === 'socket') await this.#serveSocket(exchange);
      else await this.#servePage(exchange);
    } catch (error) {
      this.#fail(exchange, error);
    }
  }

  async #serveSocket(exchange: Exchange): Promise<void> {
    if (await this.#serveApi(exchange, undefined)) return;
    throw unknownCall();
  }

  async #servePage(exchange: Exchange): Promise<void> {
    if (!(await this.#parts.peers.admits(exchange.request.socket)))
      throw new Refusal(403, 'NOT_ALLOWED', 'this page belongs to another user of this machine');
    if (this.port === 0) throw new Refusal(503, 'NOT_READY', 'the page is starting: try again');
    guardPage(exchange, `127.0.0.1:${this.port}`);
    const { pathname } = exchange.url;
    if (pathname.startsWith(`${localStreams.files}/`)) return this.#parts.files.serve(exchange);
    if (!pathname.startsWith('/v1/') && pathname !== '/openapi.json') return this.#parts.page.serve(exchange);
    const secret = this.#secretOf(exchange);
    if (secret === undefined && callAt(exchange.method, pathname) !== 'openSession')
      throw new Refusal(
        401,
        'NOT_ALLOWED',
        'open the page by the link that `mbt web` prints: this browser is not known',
      );
    if (!(await this.#serveApi(exchange, secret))) throw unknownCall();
  }

  /**
   * The cookie's secret by which the browser is known, if it is. A cookie alone proves nothing: browsers send it to whoever
   * has another port of this machine. The key comes from the page itself, which alone can read it.
   */
  #secretOf(exchange: Exchange): string | undefined {
    const key = exchange.header(PAGE_KEY_HEADER);
    if (key === undefined) return undefined;
    for (const secret of readCookies(exchange, this.port)) {
      const session = this.#parts.sessions.check(secret, key);
      if (session === undefined) continue;
      if (session.renew) writeCookie(exchange, this.port, secret);
      return secret;
    }
    return undefined;
  }

  /** Calls, events, drops: the same by both doors. False where there is none at the path. */
  async #serveApi(exchange: Exchange, secret: string | undefined): Promise<boolean> {
    const { method, url } = exchange;
    const { calls, events, drops } = this.#parts;
    const name = callAt(method, url.pathname);
    if (name !== undefined) {
      await calls.serve(name, exchange, secret, (fresh) => writeCookie(exchange, this.port, fresh));
    } else if (method === 'GET' && url.pathname === localStreams.events) {
      events.open(exchange, secret);
    } else if (method === 'PUT' && url.pathname === localStreams.drop) {
      await drops.take(exchange);
      exchange.answerJson(200, {});
    } else if (method === 'GET' && url.pathname === '/openapi.json') {
      exchange.answer(200, openApiText(), { 'content-type': 'application/json; charset=utf-8' });
    } else return false;
    return true;
  }

  #fail(exchange: Exchange, error: unknown): void {
    const { response, url } = exchange;
    if (exchange.signal.aborted) return;
    const known = toCommandError(error, url.pathname.slice(0, 100), this.#parts.log);
    if (response.headersSent) response.destroy();
    else exchange.answerError(known);
  }
}
