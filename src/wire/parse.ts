import { PeerFault, view } from '../base/index.ts';
import { asDict, decodePrefix, intOf, maybeIntOf } from '../bencode/index.ts';
import { EXTENSION_IDS, parseExtensionHandshake } from './extension-handshake.ts';
import { EXTENDED, ID, METADATA } from './message-ids.ts';
import {
  HASH_REQUEST_BYTES,
  type BlockRange,
  type HashRequest,
  type Heard,
  type Message,
} from './message.ts';

const HASH_BYTES = 32;
const PLAIN: ReadonlyMap<number, Message> = new Map<number, Message>([
  [ID.choke, { type: 'choke' }],
  [ID.unchoke, { type: 'unchoke' }],
  [ID.interested, { type: 'interested' }],
  [ID['not-interested'], { type: 'not-interested' }],
  [ID['have-all'], { type: 'have-all' }],
  [ID['have-none'], { type: 'have-none' }],
]);

/**
 * One message from a frame's id and payload; `unknown` for an id or extension that we did not announce. The message
 * keeps nothing of `payload`. Throws PeerFault.
 */
export function parseMessage(id: number, payload: Uint8Array): Heard {
  const plain = PLAIN.get(id);
  if (plain) {
    expectBytes(payload, 0, plain.type);
    return plain;
  }
  switch (id) {
    case ID.have:
      return { type: 'have', piece: pieceNumber(payload) };
    case ID.suggest:
      return { type: 'suggest', piece: pieceNumber(payload) };
    case ID['allowed-fast']:
      return { type: 'allowed-fast', piece: pieceNumber(payload) };
    case ID.bitfield:
      return { type: 'bitfield', bits: copy(payload) };
    case ID.request:
      return { type: 'request', ...blockRange(payload) };
    case ID.cancel:
      return { type: 'cancel', ...blockRange(payload) };
    case ID.reject:
      return { type: 'reject', ...blockRange(payload) };
    case ID['hash-request']:
      return { type: 'hash-request', request: exactHashRequest(payload) };
    case ID['hash-reject']:
      return { type: 'hash-reject', request: exactHashRequest(payload) };
    case ID.hashes:
      return { type: 'hashes', request: hashRequest(payload), hashes: hashesOf(payload) };
    case ID.extended:
      return parseExtended(payload);
    default:
      return unknown(payload);
  }
}

const unknown = ({ length }: Uint8Array): Heard => ({ type: 'unknown', bytes: length });

function parseExtended(payload: Uint8Array): Heard {
  if (payload.length === 0) throw new PeerFault('BAD_EXTENSION', 'an extended message without its number');
  const body = payload.subarray(1);
  switch (payload[0]) {
    case EXTENDED.handshake:
      return { type: 'extension-handshake', handshake: parseExtensionHandshake(body) };
    case EXTENSION_IDS.metadata:
      return parseMetadata(body);
    case EXTENSION_IDS.dontHave:
      return { type: 'dont-have', id: EXTENSION_IDS.dontHave, piece: pieceNumber(body) };
    case EXTENSION_IDS.uploadOnly:
      return { type: 'upload-only', id: EXTENSION_IDS.uploadOnly, uploadOnly: isTrue(body) };
    case EXTENSION_IDS.own:
      return { type: 'group-news', id: EXTENSION_IDS.own, payload: copy(body) };
    default:
      return unknown(body);
  }
}

/** libtorrent sends one byte, others a bencoded 0 or 1. */
const isTrue = (body: Uint8Array): boolean => body[0] === 1 || (body.length === 3 && body[1] === 0x31);

/** Unknown `msg_type`s are to be skipped (BEP 9). */
function parseMetadata(body: Uint8Array): Heard {
  const id = EXTENSION_IDS.metadata;
  const { kind, piece, totalBytes, end } = metadataHead(body);
  if (piece < 0) throw new PeerFault('BAD_EXTENSION', 'ut_metadata: negative piece');
  if (kind === METADATA.request) return { type: 'metadata-request', id, piece };
  if (kind === METADATA.reject) return { type: 'metadata-reject', id, piece };
  if (kind !== METADATA.data) return unknown(body);
  return { type: 'metadata-data', id, piece, totalBytes, bytes: copy(body.subarray(end)) };
}

function metadataHead(body: Uint8Array): { kind: number; piece: number; totalBytes: number; end: number } {
  try {
    const { value, end } = decodePrefix(body, { maxDepth: 4, maxItems: 64 });
    const dict = asDict(value, 'ut_metadata');
    return {
      kind: intOf(dict, 'msg_type'),
      piece: intOf(dict, 'piece'),
      totalBytes: maybeIntOf(dict, 'total_size') ?? 0,
      end,
    };
  } catch (error) {
    throw new PeerFault('BAD_EXTENSION', 'ut_metadata: not the dictionary of BEP 9', { cause: error });
  }
}

function pieceNumber(payload: Uint8Array): number {
  expectBytes(payload, 4, 'a piece number');
  return readU32(payload, 0);
}

function blockRange(payload: Uint8Array): BlockRange {
  expectBytes(payload, 12, 'a block range');
  return { piece: readU32(payload, 0), begin: readU32(payload, 4), length: readU32(payload, 8) };
}

function exactHashRequest(payload: Uint8Array): HashRequest {
  expectBytes(payload, HASH_REQUEST_BYTES, 'a hash request');
  return hashRequest(payload);
}

function hashRequest(payload: Uint8Array): HashRequest {
  if (payload.length < HASH_REQUEST_BYTES) throw new PeerFault('BAD_FRAME', 'hashes without their range');
  return {
    piecesRoot: copy(payload.subarray(0, HASH_BYTES)),
    baseLayer: readU32(payload, 32),
    index: readU32(payload, 36),
    length: readU32(payload, 40),
    proofLayers: readU32(payload, 44),
  };
}

function hashesOf(payload: Uint8Array): Uint8Array {
  const hashes = copy(payload.subarray(HASH_REQUEST_BYTES));
  if (hashes.length % HASH_BYTES !== 0) throw new PeerFault('BAD_FRAME', 'hashes cut in the middle of one');
  return hashes;
}

function expectBytes(payload: Uint8Array, bytes: number, what: string): void {
  if (payload.length !== bytes)
    throw new PeerFault('BAD_FRAME', `${what} of ${payload.length} B, not ${bytes}`);
}

/** Chunks are Buffers, whose `slice` copies nothing. */
const copy = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes);

const readU32 = (bytes: Uint8Array, at: number): number => view(bytes).readUInt32BE(at);
