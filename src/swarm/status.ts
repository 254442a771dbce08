import type { SwarmCore } from './core.ts';
import type { Neighbours } from './neighbours.ts';
import type { SwarmStatus } from './options.ts';

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
    paused: core.paused,
    heldBytes: core.heldBytes,
    totalBytes: core.torrent?.content.size,
    connections: core.sessions.size,
    sources: neighbours.count,
    unreachable: neighbours.unreachable(),
    bytesPerSecondDown,
    bytesPerSecondUp,
    wastedBytes: core.wastedBytes,
    badPieces: core.badPieces,
  };
}
