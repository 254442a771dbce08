import { connect } from 'node:tls';

import { fromHex, utf8, within, systemClock } from '../../src/base/index.ts';

const HANDSHAKE_BYTES = 68;
const LIMIT_MS = 30_000;

/** Who stands before a peer's port, and what for. */
export interface Visitor {
  readonly port: number;
  /** 64 hex digits. */
  readonly infoHash: string;
  /** What it shows; nothing: no certificate at all. */
  readonly shows?: { readonly certificatePem: string; readonly privateKeyPem: string } | undefined;
  /** A TLS session that it had before. */
  readonly session?: Buffer | undefined;
}

export interface Answer {
  /** Whether the peer answered the BitTorrent handshake: from here on it would give what it has. */
  readonly isLetIn: boolean;
  readonly isResumed: boolean;
  /** TLS sessions to come again with. */
  readonly sessions: readonly Buffer[];
}

/**
 * Knocks as libtorrent does, by plain node:tls with tickets on: TLS with the torrent's server name, then the handshake
 * of BEP 3 with the bits of BEP 10 and 52. Resolves when it is answered or the connection ends.
 */
export function knock({ port, infoHash, shows, session }: Visitor): Promise<Answer> {
  const socket = connect({
    host: '127.0.0.1',
    port,
    servername: infoHash.slice(0, 40),
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    ...(shows && { cert: shows.certificatePem, key: shows.privateKeyPem }),
    ...(session && { session }),
  });
  const sessions: Buffer[] = [];
  let read = Buffer.alloc(0);
  let isResumed = false;
  socket.on('session', (ticket: Buffer) => sessions.push(ticket));
  socket.on('error', () => undefined);
  socket.on('secureConnect', () => {
    isResumed = socket.isSessionReused();
    socket.write(handshake(infoHash));
  });
  socket.on('data', (chunk: Buffer) => {
    read = Buffer.concat([read, chunk]);
    if (read.length >= HANDSHAKE_BYTES) socket.destroy();
  });
  const ended = new Promise<Answer>((resolve) => {
    socket.on('close', () => resolve({ isLetIn: read.length >= HANDSHAKE_BYTES, isResumed, sessions }));
  });
  return within(systemClock, LIMIT_MS, ended, () => {
    socket.destroy();
    return new Error('neither an answer nor an end of the connection');
  });
}

function handshake(infoHash: string): Uint8Array {
  const reserved = fromHex('0000000000100010');
  const parts = [
    utf8('\x13BitTorrent protocol'),
    reserved,
    fromHex(infoHash.slice(0, 40)),
    utf8('-XX0000-0123456789ab'),
  ];
  return Buffer.concat(parts);
}
