import type { Bitfield } from '../metainfo/index.ts';
import type { SwarmCore } from './core.ts';
import type { Neighbours } from './neighbours.ts';
import type { SwarmStatus } from './options.ts';
import type { PiecePicker } from './piece-picker.ts';

export function swarmStatus(core: SwarmCore, neighbours: Neighbours, nowMs: number): SwarmStatus {
  let bytesPerSecondDown = 0;
  let bytesPerSecondUp = 0;
  for (const session of core.sessions.values()) {
    bytesPerSecondDown += session.down.bytesPerSecond(nowMs);
    bytesPerSecondUp += session.up.bytesPerSecond(nowMs);
  }
  return {
    hasMetadata: core.torrent !== undefined,
    isComplete: core.isComplete,
    isSatisfied: core.isSatisfied,
    paused: core.paused,
    heldBytes: core.heldBytes,
    totalBytes: core.torrent?.content.size,
    wantedBytes: core.work?.wish.wantedBytes,
    lackingBytes: core.work?.wish.lackingBytes,
    connections: core.sessions.size,
    sources: neighbours.count,
    unreachable: neighbours.unreachable(),
    bytesPerSecondDown,
    bytesPerSecondUp,
    wastedBytes: core.wastedBytes,
    badPieces: core.badPieces,
  };
}

/** What is known of each piece, for people to look at. */
export interface PieceStates {
  /** A live view. */
  readonly held: Bitfield;
  /** Pieces of which blocks are asked for or here. */
  readonly active: readonly number[];
  /** Connected peers that have it, a byte a piece; 255 is as many or more. */
  readonly availability: Uint8Array;
}

export function pieceStates(core: SwarmCore, picker: PiecePicker): PieceStates | undefined {
  if (!core.work) return undefined;
  return { held: core.work.held, active: [...picker.active.keys()], availability: picker.availability() };
}
