import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Clock } from '../base/index.ts';
import { type Door, Exchange, bodyOf } from './exchange.ts';
import { Refusal } from './refusal.ts';

const CONNECTIONS_MAX = 256;
const HEADERS_MS = 10_000;
/** Node.js looks for those that are too slow only so often; by itself, every half minute. */
const HEADERS_LOOK_MS = 1_000;
const HEADER_BYTES_MAX = 16 * 1024;
const IDLE_MS = 60_000;
/** How long answers under way may take when the node ends. */
const LAST_ANSWERS_MS = 500;
/** What still comes of a request after its answer is read for so long, so that its sender sees the answer. */
const LINGER_MS = 2_000;

/** An HTTP server that is not listening yet. A request may last as long as something moves: whoever reads it looks to that. */
export function makeDoor(door: Door, clock: Clock, serve: (exchange: Exchange) => Promise<void>): Server {
  const options = {
    headersTimeout: HEADERS_MS,
    connectionsCheckingInterval: HEADERS_LOOK_MS,
    keepAliveTimeout: IDLE_MS,
    maxHeaderSize: HEADER_BYTES_MAX,
    requestTimeout: 0,
  };
  const server = createServer(options, (request, response) => {
    response.once('finish', () => linger(request, clock));
    const exchange = admit(request, response, door);
    if (exchange) void serve(exchange);
  });
  server.maxConnections = CONNECTIONS_MAX;
  return server;
}

function admit(request: IncomingMessage, response: ServerResponse, door: Door): Exchange | undefined {
  try {
    return new Exchange(request, response, door);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    response.writeHead(error.status, { 'content-type': 'application/json', connection: 'close' });
    response.end(JSON.stringify(bodyOf(error)));
    return undefined;
  }
}

function linger(request: IncomingMessage, clock: Clock): void {
  if (request.complete || request.destroyed) return;
  request.on('error', () => undefined);
  request.resume();
  const cancel = clock.after(LINGER_MS, () => request.destroy());
  request.once('close', cancel);
}

export async function closeDoor(server: Server, clock: Clock): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const cancel = clock.after(LAST_ANSWERS_MS, () => server.closeAllConnections());
  await closed;
  cancel();
}
