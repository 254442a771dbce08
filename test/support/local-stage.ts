import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { request, type RequestOptions } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PAGE_KEY_HEADER } from '../../src/api/index.ts';
import { type Clock, silentLogger, systemClock } from '../../src/base/index.ts';
import {
  connectLocal,
  type LocalOptions,
  type LocalServer,
  type RemoteNode,
  serveLocal,
} from '../../src/local/index.ts';
import { type FakeHost, fakeHost } from './fake-host.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly text: string;
  readonly bytes: Buffer;
}

export interface Ask {
  readonly method?: string;
  readonly headers?: Record<string, string | undefined>;
  readonly body?: string | Uint8Array;
}

/** Headers by which the node knows a browser's page. */
export type Known = Record<'cookie' | typeof PAGE_KEY_HEADER, string>;

/** A served local API over a fake node, with folders of its own. */
export class LocalStage {
  readonly host: FakeHost;
  readonly folder: string;
  readonly dataDir: string;
  readonly downloads: string;
  readonly #clock: Clock;
  readonly #more: Partial<LocalOptions>;
  readonly #remotes: RemoteNode[] = [];
  #server: LocalServer | undefined;

  private constructor(folder: string, host: FakeHost, clock: Clock, more: Partial<LocalOptions>) {
    this.folder = folder;
    this.dataDir = join(folder, 'data');
    this.downloads = join(folder, 'files');
    this.host = host;
    this.#clock = clock;
    this.#more = more;
  }

  static async open(
    host: FakeHost = fakeHost(),
    more: Partial<LocalOptions> = {},
    clock: Clock = systemClock,
  ): Promise<LocalStage> {
    const folder = await mkdtemp(join(tmpdir(), 'mbt-local-'));
    const stage = new LocalStage(folder, host, clock, more);
    await mkdir(stage.dataDir);
    try {
      await stage.start();
    } catch (error) {
      await stage.close();
      throw error;
    }
    return stage;
  }

  async start(): Promise<void> {
    const { host, dataDir, downloads } = this;
    const base = { host, dataDir, downloads, folders: [], web: {}, pageDir: join(this.folder, 'page') };
    this.#server = await serveLocal({ ...base, clock: this.#clock, log: silentLogger, ...this.#more });
  }

  async stop(): Promise<void> {
    await this.#server?.close();
  }

  get server(): LocalServer {
    if (this.#server === undefined) throw new Error('not started');
    return this.#server;
  }

  /** `127.0.0.1:<port>` of the page. */
  get authority(): string {
    return new URL(this.server.web ?? '').host;
  }

  async remote(): Promise<RemoteNode> {
    const remote = await connectLocal(this.dataDir);
    if (remote === undefined) throw new Error('no node');
    this.#remotes.push(remote);
    return remote;
  }

  /** Asks at the page's port, as `headers` say; a header that is undefined is left out. */
  ask(path: string, { method = 'GET', headers = {}, body }: Ask = {}): Promise<Answer> {
    const port = Number(this.authority.split(':')[1]);
    const all = given({ host: this.authority, ...headers });
    const options = { port, host: '127.0.0.1', path, method, headers: all, setHost: false };
    return ask(options, body);
  }

  /** Asks at the socket. */
  askSocket(path: string, { method = 'GET', headers = {}, body }: Ask = {}): Promise<Answer> {
    const options = { socketPath: this.server.socketPath, path, method, headers: given(headers) };
    return ask(options, body);
  }

  /** Headers of the page's own writes. */
  get own(): Record<string, string> {
    return { origin: `http://${this.authority}`, 'content-type': 'application/json' };
  }

  /** A browser that opened a link: what it sends along, and what its page shows besides. */
  async known(): Promise<Known> {
    const token = this.server.webLink().link.split('#token=')[1] ?? '';
    const answer = await this.ask('/v1/web/session', {
      method: 'POST',
      headers: this.own,
      body: JSON.stringify({ token }),
    });
    const [cookie = ''] = [answer.headers['set-cookie']].flat();
    const { key } = JSON.parse(answer.text) as { key: string };
    return { cookie: cookie.split(';')[0] ?? '', [PAGE_KEY_HEADER]: key };
  }

  async close(): Promise<void> {
    await Promise.all(this.#remotes.map((remote) => remote.close()));
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

function ask(options: RequestOptions, body: string | Uint8Array | undefined): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request(options, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const bytes = Buffer.concat(chunks);
        const text = bytes.toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, bytes });
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

function given(headers: Record<string, string | undefined>): Record<string, string> {
  const pairs = Object.entries(headers).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return Object.fromEntries(pairs);
}
