import { mkdir, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { CallContext } from './call-context.ts';
import { CallServer } from './call-server.ts';
import { closeDoor, makeDoor } from './doors.ts';
import { Drops } from './drops.ts';
import { EventHub } from './event-hub.ts';
import { FileLinks } from './file-links.ts';
import { FileServer } from './file-server.ts';
import { hostCalls, type HostParts, makeWebLink } from './host-calls.ts';
import type { LocalOptions, LocalServer } from './local-options.ts';
import { nodeCalls } from './node-calls.ts';
import { PageFiles } from './page-files.ts';
import { listenForPage } from './page-port.ts';
import { PeerOwners } from './peer-owner.ts';
import { Places, type PathUse, requireAbsolute } from './places.ts';
import { Router } from './router.ts';
import { listenAtSocket } from './unix-socket.ts';
import { WebSessions } from './web-sessions.ts';

/** Where the build puts the page. */
const PAGE_DIR = fileURLToPath(new URL('../../dist/web', import.meta.url));

/**
 * Serves the local API at the data folder's socket and, if wanted, the page at a port of loopback. Rejects with CONFLICT
 * where a node answers at the socket already, PORT_IN_USE, or what the disk says.
 */
export async function serveLocal(options: LocalOptions): Promise<LocalServer> {
  const { host, dataDir, clock, log } = options;
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const places = await Places.open(dataDir, options.downloads, options.folders);
  const sessions = await WebSessions.open(dataDir, clock);
  const drops = await Drops.open(places, dataDir, clock);
  const links = new FileLinks(host, clock);
  const peers = new PeerOwners();
  const events = new EventHub(host, clock, log);
  const web = (): string | null => (router.port > 0 ? `http://127.0.0.1:${router.port}` : null);
  const parts: HostParts = { host, places, sessions, drops, events, links, web };
  const allow = async (path: string, use: PathUse, { door }: CallContext): Promise<string> =>
    door === 'socket' ? requireAbsolute(path) : places.check(path, use);
  const handlers = { ...nodeCalls(host, allow), ...hostCalls(parts) };
  const router = new Router({
    calls: new CallServer(handlers, clock, log),
    files: new FileServer(host, links, clock),
    page: new PageFiles(options.pageDir ?? PAGE_DIR),
    events,
    drops,
    sessions,
    peers,
    log,
  });
  const socket = makeDoor('socket', clock, (exchange) => router.serve(exchange));
  const page = makeDoor('page', clock, (exchange) => router.serve(exchange));
  const shutDown = async (socketPath: string | undefined): Promise<void> => {
    if (socketPath !== undefined) await rm(socketPath, { force: true });
    events.close();
    await Promise.all([closeDoor(socket, clock), closeDoor(page, clock)]);
    await drops.close();
    await sessions.close();
  };
  try {
    const socketPath = await openDoors(options, { socket, page, router, peers });
    let closing: Promise<void> | undefined;
    return {
      socketPath,
      web: web(),
      webLink: () => makeWebLink(parts),
      close: () => (closing ??= shutDown(socketPath)),
    };
  } catch (error) {
    await shutDown(undefined);
    throw error;
  }
}

interface Doors {
  readonly socket: Server;
  readonly page: Server;
  readonly router: Router;
  readonly peers: PeerOwners;
}

/** The page first: whoever finds the socket finds all of it. */
async function openDoors({ web, dataDir, log }: LocalOptions, doors: Doors): Promise<string> {
  const { socket, page, router, peers } = doors;
  if (web !== undefined) {
    const isTold = await peers.probe();
    peers.guard(page);
    const port = await listenForPage(page, dataDir, web.port);
    router.port = port;
    log.info('local.page.listening', { port, knowsUsers: isTold });
  }
  const path = await listenAtSocket(socket, dataDir);
  log.info('local.socket.listening', { socket: path });
  return path;
}
