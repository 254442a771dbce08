import type { PeerFault, PieceIndex } from '../base/index.ts';
import type { PieceLayers, Torrent } from '../metainfo/index.ts';
import type { HashRequest, Message } from '../wire/index.ts';

/** One connection; numbers are given by the caller and never used twice. */
export type ConnId = number;

/** A device of a user, as presence names it: `<user id>/<device>`. */
export type SourceKey = string;

/** What the swarm wants done. Effects are to be carried out in order, and taken after every piece of news. */
export type Effect =
  | { readonly type: 'send'; readonly conn: ConnId; readonly message: Message }
  /** Read the block, write header and bytes. If it can't be read: `onBlockUnreadable`. */
  | {
      readonly type: 'sendBlock';
      readonly conn: ConnId;
      readonly piece: PieceIndex;
      readonly begin: number;
      readonly length: number;
    }
  /** End the connection. The swarm has forgotten it already. Without a fault there was none. */
  | { readonly type: 'close'; readonly conn: ConnId; readonly reason: string; readonly fault?: PeerFault }
  /** Try to reach this source; the answer is `onConnected` (with its key) or `onDialFailed`. */
  | { readonly type: 'dial'; readonly key: SourceKey }
  /**
   * The info dictionary is here and hashes to the info-hash. Check what it says, open its storage, then answer with
   * `attachStorage`, or drop the swarm.
   */
  | { readonly type: 'metadata'; readonly torrent: Torrent }
  /**
   * All of a piece is here. Verify that its tree's root is `root` (the piece's bytes, padded with zero hashes up to
   * `rootBytes`, BEP 52), write it, answer with `onPieceStored`, `onPieceBad` or `onStoreFailed`. `bytes` must not be
   * touched after the answer.
   */
  | {
      readonly type: 'storePiece';
      readonly piece: PieceIndex;
      readonly bytes: Uint8Array<SharedArrayBuffer>;
      readonly root: Uint8Array;
      readonly rootBytes: number;
    }
  /** Compute the leaf hashes (32 B for each 16 KiB begun) of a held piece; answer with `onLeafHashes`. */
  | {
      readonly type: 'serveHashes';
      readonly conn: ConnId;
      readonly piece: PieceIndex;
      readonly request: HashRequest;
    }
  /** The hashes of all pieces are known: keep them for the next start. */
  | { readonly type: 'pieceLayers'; readonly layers: PieceLayers }
  /** The metadata is what the info-hash names, but not what this program accepts: nothing will ever come. */
  | { readonly type: 'unusable'; readonly reason: string }
  /** A peer of our kind says which removals it knows; answer with `sendGroupNews` if it lacks some. */
  | { readonly type: 'groupDigest'; readonly conn: ConnId; readonly digest: Uint8Array }
  | { readonly type: 'groupNews'; readonly conn: ConnId; readonly payload: Uint8Array }
  /** Every piece that is wanted is held, or (`all`) every piece. Once for each time that this becomes so. */
  | { readonly type: 'complete'; readonly all: boolean };
