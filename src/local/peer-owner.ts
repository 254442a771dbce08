import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';

/** Tables of TCP sockets (Linux, proc_net_tcp): `sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode …`. */
const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];
const LOOPBACK = '0100007F';
const MAPPED = '0000000000000000FFFF00000100007F';

/** A table may be changed while it is read, so that a line escapes: it is looked for so often. */
const TRIES = 3;

/**
 * Lets only this system user's programs (and the administrator's, who can do all anyway) use the page's port, as far
 * as the kernel tells whose a connection over loopback is. A cookie alone does not keep the others of a machine out: browsers
 * send it to every port there, so that another user who serves a page on one could be given it.
 */
export class PeerOwners {
  readonly #known = new WeakMap<Socket, Promise<boolean>>();
  #isTold = false;

  /** Finds out, by a connection of our own to the listening `port`, whether this system tells. */
  async probe(port: number): Promise<boolean> {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      this.#isTold = await isOwn(socket.localPort ?? 0, port);
    } catch {
      this.#isTold = false;
    } finally {
      socket.destroy();
    }
    return this.#isTold;
  }

  /** Whether who is at the other end of an accepted connection may be there; true where the system does not tell. */
  async admits(socket: Socket): Promise<boolean> {
    if (!this.#isTold) return true;
    const known = this.#known.get(socket) ?? isOwn(socket.remotePort ?? 0, socket.localPort ?? 0);
    this.#known.set(socket, known);
    return known;
  }
}

/** Whether the socket at loopback's port `from`, connected to `to`, is our user's. */
async function isOwn(from: number, to: number): Promise<boolean> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    for (const path of TABLES) {
      const table = await readFile(path, 'latin1').catch(() => '');
      const found = ownerIn(table, from, to);
      // One that was closed meanwhile belongs to nobody: its user is shown as 0, and so is its inode.
      if (found) return found.inode !== 0 && (found.uid === process.getuid?.() || found.uid === 0);
    }
  }
  return false;
}

/** The line of the socket that connected from `from` to `to`, both ports of loopback. */
export function ownerIn(
  table: string,
  from: number,
  to: number,
): { readonly uid: number; readonly inode: number } | undefined {
  for (const line of table.split('\n')) {
    const [, local, remote, , , , , uid, , inode] = line.trim().split(/\s+/);
    const isIt = [LOOPBACK, MAPPED].some(
      (host) => local === `${host}:${hexOf(from)}` && remote === `${host}:${hexOf(to)}`,
    );
    if (isIt) return { uid: Number(uid), inode: Number(inode) };
  }
  return undefined;
}

const hexOf = (port: number): string => port.toString(16).toUpperCase().padStart(4, '0');
