import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

/** Debian's own first: its packages are for it alone. */
const PYTHONS = ['/usr/bin/python3', 'python3'];

/** A Python that knows libtorrent; if there is none, says so. */
export function pythonWithLibtorrent(): string | undefined {
  const python = PYTHONS.find((each) => spawnSync(each, ['-c', 'import libtorrent']).status === 0);
  if (python === undefined)
    process.stdout.write('skipped: libtorrent for Python is not installed (Debian: python3-libtorrent)\n');
  return python;
}

/** What libtorrent shares, and as whom: no credentials, no TLS. */
export interface LibtorrentJob {
  readonly torrent: string;
  /** Holds the shared file. */
  readonly folder: string;
  /** Paths of a member's certificate, its key and Diffie-Hellman parameters, PEM. */
  readonly credentials?: readonly [certificate: string, key: string, parameters: string];
}

/** libtorrent as a rival: it seeds to itself, over loopback, one process each. */
export class LibtorrentPair {
  readonly #python: string;
  readonly #script: string;

  private constructor(python: string, script: string) {
    this.#python = python;
    this.#script = script;
  }

  /** Undefined if it is not installed. */
  static find(root: string): LibtorrentPair | undefined {
    const python = pythonWithLibtorrent();
    return python === undefined
      ? undefined
      : new LibtorrentPair(python, join(root, 'bench', 'libtorrent_pair.py'));
  }

  /** Describes `file` for a swarm without TLS. */
  describe(file: string, torrent: string, pieceBytes: number): void {
    const made = spawnSync(this.#python, [this.#script, 'make', file, torrent, String(pieceBytes)]);
    if (made.status !== 0) throw new Error(`libtorrent describes nothing: ${made.stderr.toString()}`);
  }

  /** Seconds that a fetch into `target` takes, from the order until all is there and checked. */
  async fetchSeconds({ torrent, folder, credentials }: LibtorrentJob, target: string): Promise<number> {
    const way = credentials ? 'tls' : 'plain';
    const pems = credentials ?? ['-', '-', '-'];
    const seed = spawn(this.#python, [this.#script, 'seed', torrent, folder, way, ...pems], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    try {
      const [port] = (await once(createInterface({ input: seed.stdout }), 'line')) as [string];
      const args = [this.#script, 'leech', torrent, target, way, ...pems, port];
      return Number((await promisify(execFile)(this.#python, args)).stdout);
    } finally {
      seed.stdin.end();
      await once(seed, 'exit');
    }
  }
}

/** The job that files of `export_torrent` in `exported` describe. */
export function exportedJob(exported: string, folder: string): LibtorrentJob {
  const names = readdirSync(exported);
  const one = (pattern: RegExp): string => {
    const name = names.find((each) => pattern.test(each));
    if (name === undefined) throw new Error(`nothing like ${pattern} among ${names.join(', ')}`);
    return join(exported, name);
  };
  const credentials = [one(/^member.*\.pem$/), one(/^member.*\.key$/), one(/^ffdhe2048\.pem$/)] as const;
  return { torrent: one(/\.torrent$/), folder, credentials };
}
