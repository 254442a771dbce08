import { constants } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import type { Server as TcpServer, Socket } from 'node:net';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import type { TrackerAddress } from '../api/index.ts';
import { addressKey, type Clock, type Logger } from '../base/index.ts';
import { plainAddress } from './address-key.ts';
import { bind } from './bind.ts';
import type { TrackerCredentials } from './tracker-credentials.ts';

const CONNECTIONS_MAX = 8_000;
/** Of them those from one address (a network behind a router); who comes then is hung up on. */
const CONNECTIONS_PER_ADDRESS_MAX = 2_000;
const HANDSHAKE_MS = 10_000;
const HEADERS_MS = 10_000;
/** A whole request, its body included: 1.5 MiB over a slow line. */
const REQUEST_MS = 60_000;
const IDLE_MS = 60_000;
/** How long calls under way may take when the server is closed. */
const LAST_CALLS_MS = 500;

/** The tracker's one port. */
export interface TrackerPort {
  /** Shows a new certificate to those who connect from now on. */
  renew(credentials: TrackerCredentials): void;
  close(): Promise<void>;
}

/**
 * Serves HTTPS at the tracker's address, or on all addresses where that one is not this machine's (but leads to it).
 * Throws PORT_IN_USE or PERMISSION_DENIED, naming the port.
 */
export async function listen(
  address: TrackerAddress,
  credentials: TrackerCredentials,
  fetch: (request: Request, env: HttpBindings) => Response | Promise<Response>,
  clock: Clock,
  log: Logger,
): Promise<TrackerPort> {
  const server = createAdaptorServer({
    fetch: (request, env) => fetch(request, env as HttpBindings),
    createServer,
    serverOptions: {
      ...secureOptions(credentials),
      requestCert: true,
      // Clients sign their certificates themselves; each caller is judged in our own code.
      rejectUnauthorized: false,
      handshakeTimeout: HANDSHAKE_MS,
      headersTimeout: HEADERS_MS,
      requestTimeout: REQUEST_MS,
      keepAliveTimeout: IDLE_MS,
    },
  }) as Server;
  server.maxConnections = CONNECTIONS_MAX;
  limitByAddress(server, CONNECTIONS_PER_ADDRESS_MAX);
  server.on('tlsClientError', (error) => log.debug('tls-client-error', { reason: error.message }));
  const otherPort = 'this tracker may be running already, else give it another port in tracker_info.txt';
  await bind(server, { ...address, otherPort }, log);
  server.on('error', (error) => log.error('server-error', { reason: error.message }));
  return {
    renew: (fresh) => server.setSecureContext(secureOptions(fresh)),
    close: () => shutDown(server, clock),
  };
}

/** Closes what exceeds `max` open connections of one address, before whoever listens by now sees it. */
export function limitByAddress(server: TcpServer, max: number): void {
  const open = new Map<string, number>();
  const listeners = server.listeners('connection');
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    const address = addressKey(plainAddress(socket.remoteAddress));
    const count = open.get(address) ?? 0;
    if (count >= max) return void socket.destroy();
    open.set(address, count + 1);
    socket.once('close', () => {
      const left = (open.get(address) ?? 0) - 1;
      if (left > 0) open.set(address, left);
      else open.delete(address);
    });
    for (const listener of listeners) listener.call(server, socket);
  });
}

/** No session tickets: whoever comes back proves anew who it is. */
const secureOptions = ({ certificatePem, keyPem }: TrackerCredentials) => ({
  cert: certificatePem,
  key: keyPem,
  minVersion: 'TLSv1.3' as const,
  secureOptions: constants.SSL_OP_NO_TICKET,
});

async function shutDown(server: Server, clock: Clock): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const cancel = clock.after(LAST_CALLS_MS, () => server.closeAllConnections());
  await closed;
  cancel();
}
