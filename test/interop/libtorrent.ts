import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { pythonWithLibtorrent } from '../../scripts/system-packages.mjs';
import { systemClock, within } from '../../src/base/index.ts';

const script = fileURLToPath(new URL('libtorrent_peer.py', import.meta.url));
const WAIT_LIMIT_MS = 60_000;

/** Undefined where there is no libtorrent: its tests are skipped, and that is said. */
export const python = pythonWithLibtorrent();
if (python === undefined) {
  process.stdout.write(
    'Skipped: no libtorrent for Python (Debian: python3-libtorrent): no test against it\n',
  );
}

/** PEM files with which libtorrent shows itself as a member of a group. */
export interface MemberFiles {
  readonly certificate: string;
  readonly key: string;
  /** Diffie-Hellman parameters: TLS 1.3 uses none, libtorrent wants some. */
  readonly parameters: string;
}

/** What libtorrent reads in any .torrent file. */
export interface Summary {
  /** 64 hex digits (version 2). */
  readonly infoHash: string;
  /** 40 hex digits of version 1; empty if there is none. */
  readonly infoHash1: string;
  readonly name: string;
  readonly private: boolean;
  readonly pieceLength: number;
  /** Paths begin with the content's name; an empty file's root is zeros. Without padding. */
  readonly files: readonly { readonly path: string; readonly length: number; readonly root: string }[];
}

/** What it reads in one of a group. */
export interface Description extends Summary {
  readonly pieces: number;
  readonly authority: string;
  /** SHA-256 of each piece layer, by the root of its file; all in hex. */
  readonly layers: Readonly<Record<string, string>>;
}

/** A connection that is past its handshakes. */
export interface Connection {
  /** Of the peer. */
  readonly port: number;
  /** Its peer id (BEP 20), as Latin-1 text. */
  readonly id: string;
  /** Blocks that were asked for and have not come. */
  readonly requests: number;
  /** Bytes of content from there. */
  readonly from: number;
}

/** A .torrent that libtorrent made, in base64. */
export interface Made extends Summary {
  readonly data: string;
}

/** Settings that differ from those in the script; null: as libtorrent has them. */
export type Settings = Readonly<Record<string, string | number | boolean | null>>;

export interface Status {
  /** Bytes of BitTorrent from and to peers, protocol and payload. */
  readonly received: number;
  readonly sent: number;
  /** Verified bytes, with the padding that libtorrent puts behind each file. */
  readonly done: number;
}

/** What libtorrent says by itself. */
interface Told {
  readonly event:
    'listening' | 'listen failed' | 'finished' | 'peer' | 'peer lost' | 'tracker error' | 'error';
  readonly text?: string;
  readonly tls?: boolean;
  readonly port?: number;
}

interface Answer {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

/** A libtorrent session in a process of its own, listening on a free port of 127.0.0.1. */
export class Libtorrent {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #told: Told[] = [];
  readonly #answers = new Map<number, (answer: Answer) => void>();
  readonly #watchers = new Set<() => void>();
  #complaints = '';
  #commands = 0;
  /** Where its SSL torrents are reached. */
  port = 0;

  static async open(settings: Settings = {}): Promise<Libtorrent> {
    const peer = new Libtorrent(settings);
    const { port } = await peer.hears('listening', (told) => told.tls === true);
    peer.port = port ?? 0;
    return peer;
  }

  constructor(settings: Settings) {
    if (python === undefined) throw new Error('no libtorrent here');
    this.#child = spawn(python, [script, JSON.stringify(settings)], { stdio: 'pipe' });
    this.#ended = once(this.#child, 'close').then(() => this.#onEnd());
    this.#child.stdin?.on('error', () => undefined);
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#complaints += text));
    if (this.#child.stdout) {
      createInterface({ input: this.#child.stdout }).on('line', (line) => this.#onLine(line));
    }
  }

  /** Takes part in a torrent from its file; `folder` is where the content is or will be. No member: no certificate. */
  async add(torrent: string, folder: string, member: MemberFiles | undefined, seed: boolean): Promise<void> {
    await this.#ask('add', { torrent, folder, seed, ...member });
  }

  async dial(torrent: string, port: number): Promise<void> {
    await this.#ask('dial', { torrent, host: '127.0.0.1', port });
  }

  status(torrent: string): Promise<Status> {
    return this.#ask('status', { torrent }) as Promise<Status>;
  }

  connections(torrent: string): Promise<Connection[]> {
    return this.#ask('connections', { torrent }) as Promise<Connection[]>;
  }

  version(): Promise<string> {
    return this.#ask('version', {}) as Promise<string>;
  }

  /** What it reads in .torrent files given as bytes, or why it refuses them. */
  read(torrents: readonly Uint8Array[]): Promise<(Summary | { error: string })[]> {
    const asBase64 = torrents.map((bytes) => Buffer.from(bytes).toString('base64'));
    return this.#ask('read', { torrents: asBase64 }) as Promise<(Summary | { error: string })[]>;
  }

  /** Makes .torrent files of files or folders on disk. A piece length of 0: as it likes. */
  make(paths: readonly string[], hybrid: boolean, pieceLength: number): Promise<Made[]> {
    return this.#ask('make', { paths, hybrid, pieceLength }) as Promise<Made[]>;
  }

  describe(torrent: string): Promise<Description> {
    return this.#ask('describe', { torrent }) as Promise<Description>;
  }

  /** The first such event, past or to come. */
  hears(event: Told['event'], fits: (told: Told) => boolean = () => true): Promise<Told> {
    const found = new Promise<Told>((resolve) => {
      const look = (): void => {
        const told = this.#told.find((each) => each.event === event && fits(each));
        if (told === undefined) return;
        this.#watchers.delete(look);
        resolve(told);
      };
      this.#watchers.add(look);
      look();
    });
    return this.#withinLimit(found, event);
  }

  /** Ends the process, and waits until it has ended. */
  async close(): Promise<void> {
    this.#child.stdin?.end();
    await this.#withinLimit(this.#ended, 'its end');
  }

  #ask(command: string, details: object): Promise<unknown> {
    this.#commands += 1;
    const id = this.#commands;
    const answered = new Promise<unknown>((resolve, reject) => {
      this.#answers.set(id, ({ result, error }) => {
        if (error === undefined) resolve(result);
        else reject(new Error(`libtorrent: ${command}: ${error}`));
      });
    });
    this.#child.stdin?.write(`${JSON.stringify({ id, do: command, ...details })}\n`);
    return this.#withinLimit(answered, `the answer to ${command}`);
  }

  #onLine(line: string): void {
    const said = JSON.parse(line) as Told | Answer;
    if ('id' in said) {
      this.#answers.get(said.id)?.(said);
      this.#answers.delete(said.id);
      return;
    }
    this.#told.push(said);
    for (const look of this.#watchers) look();
  }

  #onEnd(): void {
    for (const [id, answer] of this.#answers) answer({ id, error: `the process ended\n${this.#complaints}` });
    this.#answers.clear();
  }

  #withinLimit<T>(promise: Promise<T>, what: string): Promise<T> {
    const describe = (): Error =>
      new Error(
        `libtorrent: no ${what}; it said ${JSON.stringify(this.#told.slice(-4))}\n${this.#complaints}`,
      );
    return within(systemClock, WAIT_LIMIT_MS, promise, describe);
  }
}
