/**
 * The peer protocol, bytes in and messages out. BEP 3 (messages), 6 (fast), 9 (metadata), 10 (extensions),
 * 21 (upload only), 52 (v2: hash requests), 54 (don't have), and `mbt`, the extension of this program's own
 * peers. Each is at https://www.bittorrent.org/beps/bep_00NN.html.
 */
export { MessageDecoder, type MessageSink } from './decoder.ts';
export { encodeMessage, frameBytes, pieceHeader, PIECE_HEADER_BYTES } from './encode.ts';
export {
  EXTENSION_IDS,
  LARGEST_REQUEST_BYTES,
  type ExtensionIds,
  type ExtensionHandshake,
  type OwnKind,
} from './extension-handshake.ts';
export {
  encodeHandshake,
  HANDSHAKE_BYTES,
  parseHandshake,
  RESERVED,
  speaksExtensions,
  speaksFast,
  type Handshake,
} from './handshake.ts';
export type { BlockRange, HashRequest, Heard, Message } from './message.ts';
