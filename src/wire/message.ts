import type { ExtensionHandshake } from './extension-handshake.ts';

/** BEP 52: a span of one layer of a file's hash tree, and how many layers of proof above it. */
export interface HashRequest {
  /** Root of the file's tree, 32 bytes. */
  readonly piecesRoot: Uint8Array;
  /** 0 is the layer of the leaves (16 KiB each). */
  readonly baseLayer: number;
  /** First hash wanted, counted in the base layer. */
  readonly index: number;
  /** Hashes wanted: a power of two. */
  readonly length: number;
  /** Layers above the base layer whose hashes the answer must let the asker compute. */
  readonly proofLayers: number;
}

/** Bytes of a hash request on the wire: the root, then four numbers. Answers and rejections begin with it. */
export const HASH_REQUEST_BYTES = 48;

/** Where a block lies: bytes `begin` to `begin + length` of piece `piece`. Numbers off the wire are unchecked. */
export interface BlockRange {
  readonly piece: number;
  readonly begin: number;
  readonly length: number;
}

/**
 * All messages but `piece`, whose bytes never become an object of their own (see MessageDecoder). `id` in the
 * messages of an extension is the number under which the *receiver* announced it (BEP 10); those that arrive carry ours.
 */
export type Message =
  | { readonly type: 'keep-alive' }
  | { readonly type: 'choke' }
  | { readonly type: 'unchoke' }
  | { readonly type: 'interested' }
  | { readonly type: 'not-interested' }
  | { readonly type: 'have'; readonly piece: number }
  | { readonly type: 'bitfield'; readonly bits: Uint8Array }
  | ({ readonly type: 'request' } & BlockRange)
  | ({ readonly type: 'cancel' } & BlockRange)
  | ({ readonly type: 'reject' } & BlockRange)
  | { readonly type: 'have-all' }
  | { readonly type: 'have-none' }
  | { readonly type: 'suggest'; readonly piece: number }
  | { readonly type: 'allowed-fast'; readonly piece: number }
  | { readonly type: 'hash-request'; readonly request: HashRequest }
  | { readonly type: 'hashes'; readonly request: HashRequest; readonly hashes: Uint8Array }
  | { readonly type: 'hash-reject'; readonly request: HashRequest }
  | { readonly type: 'extension-handshake'; readonly handshake: ExtensionHandshake }
  | { readonly type: 'metadata-request'; readonly id: number; readonly piece: number }
  | {
      readonly type: 'metadata-data';
      readonly id: number;
      readonly piece: number;
      readonly totalBytes: number;
      readonly bytes: Uint8Array;
    }
  | { readonly type: 'metadata-reject'; readonly id: number; readonly piece: number }
  | { readonly type: 'dont-have'; readonly id: number; readonly piece: number }
  | { readonly type: 'upload-only'; readonly id: number; readonly uploadOnly: boolean }
  | { readonly type: 'group-news'; readonly id: number; readonly payload: Uint8Array };

/** What may arrive: a message, or one that nobody here asked for and that is to be skipped, of so many bytes (BEP 10). */
export type Heard = Message | { readonly type: 'unknown'; readonly bytes: number };
