import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Tables of TCP sockets (Linux, proc_net_tcp): `sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode …`. */
const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];
const LOOPBACK = '0100007F';
const MAPPED = '0000000000000000FFFF00000100007F';
/** Who listens is connected to nobody. */
const NOBODY = '00000000:0000';

/** A table may be changed while it is read, so that a line escapes: it is looked for so often. */
const TRIES = 3;
/** Connections of others that are open at once. */
const STRANGERS_MAX = 8;

/**
 * Lets only this system user's programs (and the administrator's, who can do all anyway) use the page's port, as far
 * as the kernel tells whose a connection over loopback is. A cookie alone does not keep the others of a machine out: browsers
 * send it to every port there, so that another user who serves a page on one could be given it.
 */
export class PeerOwners {
  readonly #known = new WeakMap<Socket, Promise<boolean>>();
  readonly #table = new SocketTable();
  #isTold = false;
  #strangers = 0;

  /**
   * Finds out, by a listener of our own, whether this system tells. Before the page's port is open: who waits for that
   * could disturb anything that goes by connections to it.
   */
  async probe(): Promise<boolean> {
    const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    try {
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const own = (await this.#table.read()).get(`${LOOPBACK}:${hexOf(port)} ${NOBODY}`);
      this.#isTold = own !== undefined && own.uid === process.getuid?.();
    } finally {
      server.close();
    }
    return this.#isTold;
  }

  /** Keeps strangers from taking the places of those who may come: a few are told that they may not, more not even that. */
  guard(server: Server): void {
    server.on('connection', (socket: Socket) => void this.#turnAway(socket));
  }

  async #turnAway(socket: Socket): Promise<void> {
    if ((await this.admits(socket)) || socket.destroyed) return;
    this.#strangers += 1;
    socket.once('close', () => (this.#strangers -= 1));
    if (this.#strangers > STRANGERS_MAX) socket.destroy();
  }

  /** Whether who is at the other end of an accepted connection may be there; true where the system does not tell. */
  async admits(socket: Socket): Promise<boolean> {
    if (!this.#isTold) return true;
    const known = this.#known.get(socket) ?? this.#isOwn(socket.remotePort ?? 0, socket.localPort ?? 0);
    this.#known.set(socket, known);
    return known;
  }

  /** Whether the socket at loopback's port `from`, connected to `to`, is our user's. */
  async #isOwn(from: number, to: number): Promise<boolean> {
    for (let attempt = 0; attempt < TRIES; attempt += 1) {
      const found = ownerIn(await this.#table.read(), from, to);
      // One that was closed meanwhile belongs to nobody: its user is shown as 0, and so is its inode.
      if (found) return found.inode !== 0 && (found.uid === process.getuid?.() || found.uid === 0);
    }
    return false;
  }
}

/** What the system tells of sockets on loopback, by both ends of each. */
type Lines = ReadonlyMap<string, Line>;
interface Line {
  readonly uid: number;
  readonly inode: number;
}

/** The system's tables, read once for all who ask while they are read. */
class SocketTable {
  #reading: Promise<unknown> = Promise.resolve();
  #next: Promise<Lines> | undefined;

  /** As it stands after now. */
  read(): Promise<Lines> {
    if (this.#next !== undefined) return this.#next;
    const next = this.#reading.then(() => {
      this.#next = undefined;
      return readTables();
    });
    this.#reading = next;
    this.#next = next;
    return next;
  }
}

async function readTables(): Promise<Lines> {
  const tables = TABLES.map((path) => readFile(path, 'latin1').catch(() => ''));
  return linesIn((await Promise.all(tables)).join('\n'));
}

export function linesIn(table: string): Lines {
  const lines = new Map<string, Line>();
  for (const line of table.split('\n')) {
    const [, local = '', remote = '', , , , , uid, , inode] = line.trim().split(/\s+/);
    const isLocal = local.startsWith(LOOPBACK) || local.startsWith(MAPPED);
    if (isLocal) lines.set(`${local} ${remote}`, { uid: Number(uid), inode: Number(inode) });
  }
  return lines;
}

/** The line of the socket that connected from `from` to `to`, both ports of loopback. */
export function ownerIn(lines: Lines, from: number, to: number): Line | undefined {
  const ends = [LOOPBACK, MAPPED].map((host) => `${host}:${hexOf(from)} ${host}:${hexOf(to)}`);
  return lines.get(ends[0] ?? '') ?? lines.get(ends[1] ?? '');
}

const hexOf = (port: number): string => port.toString(16).toUpperCase().padStart(4, '0');
