import type { Chance, Clock, CommandError, Logger } from '../../base/index.ts';
import type { Hasher } from '../../hashing/index.ts';
import type { Bitfield, PieceLayers, Torrent } from '../../metainfo/index.ts';
import type { PeerContext, PeerHost, PeerSocket } from '../../net/index.ts';
import type { PeerStatus, PiecePool, Priority, SourceKey } from '../../swarm/index.ts';
import type { PieceWriter } from '../../storage/index.ts';
import type { PeerEntry } from '../seams.ts';
import type { FramePool } from './frame-pool.ts';

/** What all runs of a process share. */
export interface SwarmTools {
  readonly host: PeerHost;
  readonly hasher: Hasher;
  readonly pool: PiecePool;
  readonly frames: FramePool;
  readonly ownPeerId: Uint8Array;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly log: Logger;
}

/** The content's files, as far as a swarm uses them. */
export interface PieceFiles {
  readBlock(piece: number, begin: number, into: Uint8Array): Promise<void>;
  /** Rejects with CommandError. */
  storePiece(piece: number, write: PieceWriter): Promise<boolean>;
}

/** What a swarm starts with when its metadata is known. */
export interface SwarmFiles {
  readonly torrent: Torrent;
  readonly files: PieceFiles;
  readonly held: Bitfield;
  readonly layers: PieceLayers | undefined;
  /** How much each file is wanted. @default all normal */
  readonly priorities?: readonly Priority[];
}

/** What happens in a swarm that somebody must remember or tell. */
export interface SwarmEvents {
  /** The metadata came and hashes to the info-hash; check it, then `attach` or `stop`. */
  onMetadata(torrent: Torrent): void;
  /** Nothing can ever come under this info-hash. */
  onUnusable(reason: string): void;
  onLayers(layers: PieceLayers): void;
  /** The piece is verified and written (not yet synced). */
  onStored(piece: number): void;
  onStoreFailed(error: CommandError): void;
  /** A held block can't be read any more. */
  onUnreadable(error: CommandError): void;
  /** All that is wanted is held, or (`all`) everything. */
  onComplete(all: boolean): void;
  /** A peer with this digest of the group's removals: payloads that it lacks. Throws PeerFault. */
  newsFor(digest: Uint8Array): readonly Uint8Array[];
  onNews(payload: Uint8Array): void;
}

export interface SwarmRunOptions {
  readonly context: PeerContext;
  /** This device, as others see it in presence. */
  readonly ownKey: SourceKey;
  readonly start: SwarmFiles | undefined;
  /** Holds a connection to the limits that apply to it. */
  readonly hold: (socket: PeerSocket) => void;
  readonly newsDigest: Uint8Array;
  /** Who has or fetches the content now. */
  readonly sources: () => readonly PeerEntry[];
  readonly events: SwarmEvents;
}

/** A row of `show_peers` before labels. */
export interface PeerView extends PeerStatus {
  /** Where it is or was. */
  readonly address: string;
}
