import { equalBytes, PeerFault, utf8 } from '../base/index.ts';

/** Length of the handshake that opens a connection in both directions (BEP 3). */
export const HANDSHAKE_BYTES = 68;

const PROTOCOL = utf8('\u0013BitTorrent protocol');
const EXTENSIONS_BIT = 0x10;
const FAST_BIT = 0x04;
const V2_BIT = 0x10;

/** The reserved bytes this program sends: BEP 10 extensions, BEP 6 fast, BEP 52. */
export const RESERVED: Uint8Array = Uint8Array.of(0, 0, 0, 0, 0, EXTENSIONS_BIT, 0, FAST_BIT | V2_BIT);

export interface Handshake {
  /** 8 bytes of option bits. */
  readonly reserved: Uint8Array;
  /** The info-hash, for v2 the SHA-256 cut to its first 20 bytes. */
  readonly infoHash: Uint8Array;
  /** 20 bytes. */
  readonly peerId: Uint8Array;
}

export function encodeHandshake(infoHash: Uint8Array, peerId: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HANDSHAKE_BYTES);
  bytes.set(PROTOCOL);
  bytes.set(RESERVED, 20);
  bytes.set(infoHash.subarray(0, 20), 28);
  bytes.set(peerId.subarray(0, 20), 48);
  return bytes;
}

/** `bytes` are the first 68 of a connection. Throws PeerFault BAD_HANDSHAKE if they are of another protocol. */
export function parseHandshake(bytes: Uint8Array): Handshake {
  if (bytes.length !== HANDSHAKE_BYTES || !equalBytes(bytes.subarray(0, 20), PROTOCOL)) {
    throw new PeerFault('BAD_HANDSHAKE', 'not the BitTorrent protocol');
  }
  // A copy first: chunks are Buffers, whose `slice` copies nothing.
  const own = new Uint8Array(bytes);
  return { reserved: own.subarray(20, 28), infoHash: own.subarray(28, 48), peerId: own.subarray(48, 68) };
}

export const speaksExtensions = (reserved: Uint8Array): boolean =>
  ((reserved[5] ?? 0) & EXTENSIONS_BIT) !== 0;
export const speaksFast = (reserved: Uint8Array): boolean => ((reserved[7] ?? 0) & FAST_BIT) !== 0;
