import { randomBytes } from 'node:crypto';
import { lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, CommandError, sha256Hex, sleep } from '../base/index.ts';

/** Longest path that a Unix socket may have on every system (104 on macOS, with its end). */
const SOCKET_PATH_BYTES_MAX = 100;
const ATTEMPTS_MAX = 50;
const RETRY_MS = 20;

/**
 * This process's hold on a folder. It is a listening socket and not a file with a process number, so that it ends
 * with the process however that dies, and a number used again by the system can't be taken for the holder.
 */
export interface FolderLock {
  release(): Promise<void>;
}

/**
 * Takes `folder`, or returns undefined while another process (or this one) has it.
 *
 * Whoever wants it first shows a listening socket of its own there, then looks at the others': a dead one is
 * cleared away, one that says `held` wins, and of two that are only trying the lower name stays. As both show
 * themselves before they look, two can never both miss each other.
 */
export async function lockFolder(folder: string, clock: Clock): Promise<FolderLock | undefined> {
  const socketDir = socketFolder(folder);
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const claim = await Claim.show(socketDir);
    const verdict = await judge(claim, socketDir, clock);
    if (verdict === 'mine') {
      claim.hold();
      return claim;
    }
    await claim.release();
    if (verdict === 'taken') return undefined;
    await sleep(clock, RETRY_MS);
  }
  return undefined;
}

async function judge(claim: Claim, socketDir: string, clock: Clock): Promise<'mine' | 'taken' | 'retry'> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    let rivals = 0;
    for (const name of await readdir(socketDir)) {
      if (!name.startsWith('lock-') || name === claim.name) continue;
      const state = await ask(join(socketDir, name));
      if (state === 'held') return 'taken';
      if (state === 'dead') await rm(join(socketDir, name), { force: true });
      else if (name < claim.name) return 'retry';
      else rivals += 1;
    }
    if (rivals === 0) return 'mine';
    await sleep(clock, RETRY_MS);
  }
  return 'retry';
}

/**
 * Where sockets of `folder` stand, with names of at most 17 characters: the folder itself, or, where its path is too
 * long for a socket, one named for it among the temporary files, which is made and this user's alone. `folder` must exist.
 */
export function socketFolder(folder: string): string {
  const real = realpathSync(folder);
  if (Buffer.byteLength(join(real, 'lock-0123456789ab')) <= SOCKET_PATH_BYTES_MAX) return real;
  const short = join(tmpdir(), `mbt-${sha256Hex(real).slice(0, 16)}`);
  mkdirSync(short, { recursive: true, mode: 0o700 });
  refuseForeign(short);
  return short;
}

/** Its name can be guessed: another user of the machine may have put a folder of its own there, or a link. */
function refuseForeign(folder: string): void {
  const stats = lstatSync(folder);
  if (stats.isDirectory() && stats.uid === (process.getuid?.() ?? stats.uid) && (stats.mode & 0o077) === 0)
    return;
  throw new CommandError(
    'PERMISSION_DENIED',
    `${folder} is not this user's alone: remove it, or choose a data folder with a shorter path by --data`,
  );
}

class Claim implements FolderLock {
  readonly name: string;
  readonly #path: string;
  readonly #server: Server;
  #state: 'held' | 'trying' = 'trying';

  private constructor(name: string, path: string) {
    this.name = name;
    this.#path = path;
    this.#server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.end(this.#state);
    });
    this.#server.unref();
  }

  static async show(socketDir: string): Promise<Claim> {
    await mkdir(socketDir, { recursive: true });
    const id = randomBytes(6).toString('hex');
    const claim = new Claim(`lock-${id}`, join(socketDir, `lock-${id}`));
    // A socket that is bound but not listening yet would look dead: it gets its name when it listens.
    const early = join(socketDir, `open-${id}`);
    await new Promise<void>((resolve, reject) => {
      claim.#server.once('error', reject);
      claim.#server.listen(early, resolve);
    });
    await rename(early, claim.#path);
    return claim;
  }

  hold(): void {
    this.#state = 'held';
  }

  async release(): Promise<void> {
    await rm(this.#path, { force: true });
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }
}

function ask(path: string): Promise<'held' | 'trying' | 'dead'> {
  return new Promise((resolve) => {
    let said = '';
    const socket = connect(path);
    socket.setTimeout(1000, () => socket.destroy());
    socket.on('data', (bytes) => (said += bytes.toString('latin1')));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve('dead');
    });
    // A holder that is too busy to answer is a holder.
    socket.on('close', () => resolve(said === 'trying' ? 'trying' : 'held'));
  });
}
