import { assertNever, view } from '../base/index.ts';
import { encode, type BDict, type BValue } from '../bencode/index.ts';
import { encodeExtensionHandshake } from './extension-handshake.ts';
import { EXTENDED, ID, METADATA } from './message-ids.ts';
import { HASH_REQUEST_BYTES, type BlockRange, type HashRequest, type Message } from './message.ts';

/** Bytes before a block's own: length, id, piece, begin. */
export const PIECE_HEADER_BYTES = 13;
const FRAME_HEAD_BYTES = 5;
const KEEP_ALIVE = new Uint8Array(4);

/** The head of a `piece` message; the block's `length` bytes follow it. */
export function pieceHeader(piece: number, begin: number, length: number): Uint8Array {
  const bytes = frame(ID.piece, 8 + length, 8);
  writeU32(bytes, 5, piece);
  writeU32(bytes, 9, begin);
  return bytes;
}

/** The whole frame, length prefix included. */
export function encodeMessage(message: Message): Uint8Array {
  switch (message.type) {
    case 'keep-alive':
      return KEEP_ALIVE;
    case 'choke':
    case 'unchoke':
    case 'interested':
    case 'not-interested':
    case 'have-all':
    case 'have-none':
      return frame(ID[message.type], 0);
    case 'have':
    case 'suggest':
    case 'allowed-fast':
      return pieceNumber(ID[message.type], message.piece);
    case 'bitfield':
      return withPayload(ID.bitfield, message.bits);
    case 'request':
    case 'cancel':
    case 'reject':
      return blockRange(ID[message.type], message);
    case 'hash-request':
    case 'hash-reject':
      return hashFrame(ID[message.type], message.request, 0);
    case 'hashes':
      return hashesFrame(message.request, message.hashes);
    case 'extension-handshake':
      return extended(EXTENDED.handshake, encodeExtensionHandshake(message.handshake));
    case 'metadata-request':
      return extended(message.id, metadataDict(METADATA.request, message.piece));
    case 'metadata-reject':
      return extended(message.id, metadataDict(METADATA.reject, message.piece));
    case 'metadata-data':
      return extended(
        message.id,
        metadataDict(METADATA.data, message.piece, message.totalBytes),
        message.bytes,
      );
    case 'dont-have':
      return extended(message.id, u32(message.piece));
    case 'upload-only':
      return extended(message.id, Uint8Array.of(message.uploadOnly ? 1 : 0));
    case 'group-news':
      return extended(message.id, message.payload);
    default:
      return assertNever(message);
  }
}

/** Length of `encodeMessage(message)`, for budgets, without building it where that is easy. */
export function frameBytes(message: Message): number {
  switch (message.type) {
    case 'have':
    case 'suggest':
    case 'allowed-fast':
      return FRAME_HEAD_BYTES + 4;
    case 'request':
    case 'cancel':
    case 'reject':
      return FRAME_HEAD_BYTES + 12;
    default:
      return encodeMessage(message).length;
  }
}

/** A frame whose length says `payloadBytes`, with room for the first `roomBytes` of them. */
function frame(id: number, payloadBytes: number, roomBytes = payloadBytes): Uint8Array {
  const bytes = new Uint8Array(FRAME_HEAD_BYTES + roomBytes);
  writeU32(bytes, 0, payloadBytes + 1);
  bytes[4] = id;
  return bytes;
}

function withPayload(id: number, payload: Uint8Array): Uint8Array {
  const bytes = frame(id, payload.length);
  bytes.set(payload, FRAME_HEAD_BYTES);
  return bytes;
}

function pieceNumber(id: number, piece: number): Uint8Array {
  const bytes = frame(id, 4);
  writeU32(bytes, 5, piece);
  return bytes;
}

function blockRange(id: number, range: BlockRange): Uint8Array {
  const bytes = frame(id, 12);
  writeU32(bytes, 5, range.piece);
  writeU32(bytes, 9, range.begin);
  writeU32(bytes, 13, range.length);
  return bytes;
}

function hashFrame(id: number, request: HashRequest, hashBytes: number): Uint8Array {
  const bytes = frame(id, HASH_REQUEST_BYTES + hashBytes);
  bytes.set(request.piecesRoot.subarray(0, 32), 5);
  writeU32(bytes, 37, request.baseLayer);
  writeU32(bytes, 41, request.index);
  writeU32(bytes, 45, request.length);
  writeU32(bytes, 49, request.proofLayers);
  return bytes;
}

function hashesFrame(request: HashRequest, hashes: Uint8Array): Uint8Array {
  const bytes = hashFrame(ID.hashes, request, hashes.length);
  bytes.set(hashes, FRAME_HEAD_BYTES + HASH_REQUEST_BYTES);
  return bytes;
}

function extended(
  extensionId: number,
  payload: Uint8Array,
  tail: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const bytes = frame(ID.extended, 1 + payload.length + tail.length);
  bytes[5] = extensionId;
  bytes.set(payload, 6);
  bytes.set(tail, 6 + payload.length);
  return bytes;
}

function metadataDict(type: number, piece: number, totalBytes?: number): Uint8Array {
  const dict: BDict = new Map<string, BValue>([
    ['msg_type', type],
    ['piece', piece],
  ]);
  if (totalBytes !== undefined) dict.set('total_size', totalBytes);
  return encode(dict);
}

function u32(n: number): Uint8Array {
  const bytes = new Uint8Array(4);
  writeU32(bytes, 0, n);
  return bytes;
}

const writeU32 = (bytes: Uint8Array, at: number, n: number): void => void view(bytes).writeUInt32BE(n, at);
