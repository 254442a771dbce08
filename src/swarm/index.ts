/**
 * One torrent's swarm (BEP 3, 6, 9, 10, 21, 52, 54): events and time in, effects out. It opens no socket or file
 * and reads no clock; whoever owns those tells it the news and carries out its effects.
 */
export type { ConnId, Effect, SourceKey } from './effect.ts';
export {
  DEFAULT_SWARM_CONFIG,
  type PeerInfo,
  type PeerStatus,
  type Source,
  type SwarmConfig,
  type SwarmOptions,
  type SwarmStatus,
} from './options.ts';
export { SharedPiecePool, type PiecePool } from './piece-pool.ts';
export type { ReaderId } from './readers.ts';
export type { PieceStates } from './status.ts';
export { Swarm } from './swarm.ts';
export { Wish, type Priority } from './wish.ts';
