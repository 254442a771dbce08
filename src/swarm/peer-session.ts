import { toHex, type PeerFault } from '../base/index.ts';
import type { Bitfield } from '../metainfo/index.ts';
import {
  speaksExtensions,
  speaksFast,
  type BlockRange,
  type ExtensionIds,
  type OwnKind,
} from '../wire/index.ts';
import type { ActivePiece } from './active-piece.ts';
import type { ConnId, SourceKey } from './effect.ts';
import type { PeerInfo } from './options.ts';
import { Patience } from './patience.ts';
import { RateMeter } from './rate-meter.ts';
import { RANK_COUNT } from './wish.ts';

const RATE_SPAN_MS = 1_000;

/** A request that the peer has not answered yet. Cancelled and released ones may still be answered. */
export interface PendingRequest extends BlockRange {
  readonly sentMs: number;
  /** live: waited for. released: others may be asked, but it is still welcome. cancelled: no longer wanted. */
  state: 'live' | 'released' | 'cancelled';
}

/** The block that is coming in now. */
export interface IncomingBlock {
  readonly request: PendingRequest;
  /** Undefined: it goes to waste. */
  readonly active: ActivePiece | undefined;
  /** Whether `target` is the piece's own memory. */
  inPlace: boolean;
  target: Uint8Array;
}

/** What a peer said of its pieces before we knew how many there are. */
export interface EarlyPieces {
  all: boolean;
  bits: Uint8Array | undefined;
  readonly haves: Set<number>;
}

/** All that is known of one connection. Plain state: the parts of the swarm decide on it. */
export class PeerSession {
  readonly conn: ConnId;
  readonly info: PeerInfo;
  readonly peerIdHex: string;
  readonly fast: boolean;
  readonly extensions: boolean;
  readonly connectedMs: number;
  /** Which source it is, if we dialled it or its user proved and its handshake says so. */
  key: SourceKey | undefined;
  closed = false;
  /** It is not to be sought again soon: it broke the rules, or there was no use in it. */
  avoid = false;
  /** Why its connection was ended, if it broke the rules. */
  fault: PeerFault | undefined;

  ids: ExtensionIds = {};
  own: OwnKind | undefined;
  client = '';
  metadataBytes = 0;
  requestsMax = 250;
  uploadOnly = false;

  amChoking = true;
  amInterested = false;
  peerChoking = true;
  peerInterested = false;

  has: Bitfield | undefined;
  /** It had everything from the start, and is not in the counts of single pieces. */
  countedAsSeed = false;
  readonly early: EarlyPieces = { all: false, bits: undefined, haves: new Set() };
  /** Bitfield, have-all or have-none may come once, and first (BEP 3, 6). */
  saidPieces = false;
  /** Pieces it has and that we want and lack. */
  wanted = 0;
  /** Those of them that nobody is asked for yet, by rank. */
  readonly pickable = Array.from({ length: RANK_COUNT }, () => 0);
  /** The latest of its announcements, newest last. */
  readonly news: number[] = [];
  /** Pieces we hold that it has not been told of yet: they travel with the next message. */
  readonly untold: number[] = [];
  /** Where the search for a pickable piece goes on. */
  sweepAt = 0;

  readonly pending: PendingRequest[] = [];
  /** Bytes of live requests. */
  pendingBytes = 0;
  windowBytes = 0;
  slowStart = true;
  /** The quickest answer to a request: the path's own delay, without a queue of our making. */
  quickestMs = Infinity;
  /** Last time that bytes of a block came, or that the first request went out. */
  progressMs: number;
  snubbed = false;
  /** Since when it has been asked and has sent no block; undefined: it is not asked for any. */
  barrenSinceMs: number | undefined;
  /** Nothing is asked of it before. */
  restUntilMs = -Infinity;
  current: ActivePiece | undefined;
  incoming: IncomingBlock | undefined;
  /** Pieces that a source of our kind would like to give us next. */
  readonly suggestions: number[] = [];
  suggestedMs = -Infinity;

  readonly uploads: BlockRange[] = [];
  /** Blocks that it asked for and that were held, each as often as it did. */
  blocksAsked = 0;
  unsentBytes = 0;

  readonly down: RateMeter;
  readonly up: RateMeter;
  bytesFrom = 0;
  bytesTo = 0;
  heardMs: number;
  spokeMs: number;
  /** Last time that one of us wanted something. */
  usefulMs: number;
  readonly patience: Patience;
  /** Hash requests of ours that it has not answered. */
  hashesAsked = 0;
  hashRejections = 0;
  /** Leaf hashes that it asked for and that are being computed. */
  leavesOwed = 0;

  constructor(conn: ConnId, info: PeerInfo, nowMs: number) {
    this.conn = conn;
    this.info = info;
    this.key = info.key;
    this.peerIdHex = toHex(info.peerId);
    this.fast = speaksFast(info.reserved);
    this.extensions = speaksExtensions(info.reserved);
    this.connectedMs = nowMs;
    this.progressMs = nowMs;
    this.heardMs = nowMs;
    this.spokeMs = nowMs;
    this.usefulMs = nowMs;
    this.down = new RateMeter(RATE_SPAN_MS, nowMs);
    this.up = new RateMeter(RATE_SPAN_MS, nowMs);
    this.patience = new Patience(nowMs);
  }

  /** Who it is, for totals and bans: a user can't choose another's. */
  get identity(): string {
    return `${this.info.user}/${this.peerIdHex}`;
  }

  /** It has every piece. */
  get isSeed(): boolean {
    return this.has?.isComplete ?? this.early.all;
  }
}
