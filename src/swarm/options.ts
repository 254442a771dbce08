import type { Chance, InfoHash, PeerFaultCode, UserId } from '../base/index.ts';
import type { Bitfield, PieceLayers, Torrent } from '../metainfo/index.ts';
import type { SourceKey } from './effect.ts';
import type { PiecePool } from './piece-pool.ts';
import type { Priority } from './wish.ts';

export interface SwarmOptions {
  readonly infoHash: InfoHash;
  /** Absent: it is fetched from peers (BEP 9) and handed out by the effect `metadata`. */
  readonly torrent?: Torrent;
  /** Absent for a leecher, which fetches them by hash requests (BEP 52). The swarm adds what it learns. */
  readonly pieceLayers?: PieceLayers;
  /** Pieces that lie verified on disk. */
  readonly held?: Bitfield;
  /** How much each file is wanted, in the content's order. @default all normal */
  readonly priorities?: readonly Priority[];
  /** 20 bytes, the same as in our handshakes. */
  readonly ownPeerId: Uint8Array;
  /** This device in presence, so that it never dials itself and others know it. */
  readonly ownKey: SourceKey;
  /** Memory of pieces under way, shared by all swarms of a process. */
  readonly pool: PiecePool;
  readonly chance: Chance;
  readonly nowMs: number;
  readonly config?: Partial<SwarmConfig>;
}

/** Limits and times. Every list, queue and wait of the swarm ends at one of these. */
export interface SwarmConfig {
  /** Connections of this swarm at most; a complete one takes as many. */
  readonly connectionsMax: number;
  /** Of them those of one user, on whatever devices. */
  readonly connectionsPerUserMax: number;
  /** Connections that it seeks by dialling. */
  readonly connectionsWanted: number;
  /** Dials under way at a time. */
  readonly dialsMax: number;
  /** Bytes asked for in one request of our own peers. */
  readonly ownRequestBytes: number;
  /** Bytes in flight from one peer at most. */
  readonly windowBytesMax: number;
  /** Time that requests may wait at a peer beyond its quickest answer. */
  readonly queueMs: number;
  /** Pieces under way at most (the pool's budget is a limit, too). */
  readonly activePiecesMax: number;
  /** Requests a peer may have waiting here; more are rejected, twice as many are a fault. */
  readonly requestsMax: number;
  /** Bytes handed out for one connection that have not left yet; above it nothing more is read from disk for it. */
  readonly unsentBytesPerPeer: number;
  /** The same for all connections together. */
  readonly unsentBytesMax: number;
  /** Requests out and nothing comes: after so long others are asked. */
  readonly snubMs: number;
  /** A peer that was asked for blocks, unchoked, and has sent none for so long is let go. */
  readonly barrenMs: number;
  /** A connection on which nobody wants anything is closed after so long. */
  readonly idleMs: number;
  /** A connection on which nothing at all comes is closed after so long. */
  readonly silentMs: number;
  /** Longest info dictionary fetched; one that is longer than metainfo allows is then said to be unusable. */
  readonly metadataBytesMax: number;
  /** How long a user whose blocks were bad is not talked to. */
  readonly banMs: number;
}

export const DEFAULT_SWARM_CONFIG: SwarmConfig = Object.freeze({
  connectionsMax: 50,
  connectionsPerUserMax: 4,
  connectionsWanted: 12,
  dialsMax: 8,
  ownRequestBytes: 256 * 1024,
  windowBytesMax: 8 * 1024 * 1024,
  queueMs: 150,
  activePiecesMax: 256,
  requestsMax: 512,
  unsentBytesPerPeer: 1024 * 1024,
  unsentBytesMax: 8 * 1024 * 1024,
  snubMs: 5_000,
  barrenMs: 240_000,
  idleMs: 60_000,
  silentMs: 150_000,
  metadataBytesMax: 16 * 1024 * 1024,
  banMs: 600_000,
});

/** Who is there to be connected with, as presence says. */
export interface Source {
  readonly key: SourceKey;
  /** It holds all. */
  readonly seed: boolean;
}

/** What is known of a connection once both handshakes are through. */
export interface PeerInfo {
  /** The source that was dialled; undefined if the peer dialled. */
  readonly key: SourceKey | undefined;
  /** Proven by its certificate. */
  readonly user: UserId;
  readonly peerId: Uint8Array;
  readonly outgoing: boolean;
  /** The 8 option bytes of its handshake. */
  readonly reserved: Uint8Array;
}

/** A row for people: one connection, or the totals of one that is gone. */
export interface PeerStatus {
  /** Undefined when it is gone. */
  readonly conn: number | undefined;
  readonly key: SourceKey | undefined;
  readonly user: UserId;
  readonly outgoing: boolean;
  readonly client: string;
  /** What it holds, 0 to 1. */
  readonly progress: number;
  readonly bytesFrom: number;
  readonly bytesTo: number;
  readonly bytesPerSecondFrom: number;
  readonly bytesPerSecondTo: number;
  /** Why its connection was ended, if the peer broke the rules. */
  readonly fault?: PeerFaultCode;
}

export interface SwarmStatus {
  readonly hasMetadata: boolean;
  readonly isComplete: boolean;
  /** All that is wanted is held. */
  readonly isSatisfied: boolean;
  readonly paused: boolean;
  /** Bytes verified and written. */
  readonly heldBytes: number;
  /** Undefined until the metadata is here. */
  readonly totalBytes: number | undefined;
  /** Of files that are not skipped, and of them what is not held; undefined until storage is attached. */
  readonly wantedBytes: number | undefined;
  readonly lackingBytes: number | undefined;
  readonly connections: number;
  /** Sources that presence names, ourselves not counted, and how many of them could not be reached. */
  readonly sources: number;
  readonly unreachable: number;
  readonly bytesPerSecondDown: number;
  readonly bytesPerSecondUp: number;
  /** Blocks that came twice, or too late, or in bad pieces. */
  readonly wastedBytes: number;
  readonly badPieces: number;
}
