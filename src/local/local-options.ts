import type { Clock, Logger } from '../base/index.ts';
import type { NodeHost } from './node-host.ts';

export interface LocalOptions {
  readonly host: NodeHost;
  /** Where the socket and the page's sessions are kept; never shown to the page. Must exist. */
  readonly dataDir: string;
  /**
   * Absent: no page. `port`: that one or PORT_IN_USE; absent: the one of last time, or any free one. Always on
   * 127.0.0.1 alone.
   */
  readonly web?: { readonly port?: number };
  /** Folders that the page may use besides those that were allowed by `allowFolder`; need not exist yet. */
  readonly folders: readonly string[];
  /** Where the page downloads to, and keeps what is dropped on it; made if it is not there. One of those allowed, always. */
  readonly downloads: string;
  /** Built files of the page. Default: `dist/web` of this program. */
  readonly pageDir?: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The local API, served. */
export interface LocalServer {
  readonly socketPath: string;
  /** Origin of the page (`http://127.0.0.1:<port>`); null where there is none. */
  readonly web: string | null;
  /** A link that opens the page, once, within ten minutes. NOT_READY where there is no page. */
  webLink(): { readonly link: string; readonly expiresAtMs: number };
  /** Ends what is under way and removes the socket. Idempotent. */
  close(): Promise<void>;
}
