import { BLOCK_BYTES } from '../metainfo/index.ts';
import type { SwarmConfig } from './options.ts';
import type { PeerSession, PendingRequest } from './peer-session.ts';

const FIRST_BYTES = 128 * 1024;
const FIRST_REQUEST_BYTES = 32 * 1024;
const REQUEST_MS = 150;

export const firstWindow = (requestBytes: number, config: SwarmConfig): number =>
  Math.min(config.windowBytesMax, Math.max(FIRST_BYTES, leastWindow(requestBytes)));

export const leastWindow = (requestBytes: number): number => 2 * requestBytes;

/** Large requests for quick peers, small ones for slow peers: a request is what a peer sends in a short time. */
export function requestBytesFor(session: PeerSession, largest: number, nowMs: number): number {
  const wanted = session.slowStart
    ? Math.max(FIRST_REQUEST_BYTES, session.windowBytes / 8)
    : (session.down.bytesPerSecond(nowMs) * REQUEST_MS) / 1000;
  let bytes = BLOCK_BYTES;
  while (2 * bytes <= Math.min(wanted, largest)) bytes *= 2;
  return bytes;
}

/**
 * Bytes in flight follow bandwidth × delay. The window doubles each round as long as answers come as quickly as
 * they can; later it is what arrived per second times the time that a request may take: the quickest answer seen
 * and `queueMs` for the peer's queue and the links.
 */
export function adaptWindow(
  session: PeerSession,
  request: PendingRequest,
  config: SwarmConfig,
  nowMs: number,
): void {
  const delayMs = nowMs - request.sentMs;
  const least = leastWindow(Math.max(request.length, BLOCK_BYTES));
  // With so little in flight the wait is not of our making: the path is slower than it was.
  const isBare = session.windowBytes <= least && !session.slowStart;
  session.quickestMs = isBare ? delayMs : Math.min(delayMs, session.quickestMs);
  const wantedMs = session.quickestMs + config.queueMs;
  if (session.slowStart && delayMs <= wantedMs) session.windowBytes += request.length;
  else {
    session.slowStart = false;
    session.windowBytes = (session.down.bytesPerSecond(nowMs) * wantedMs) / 1000;
  }
  session.windowBytes = Math.min(config.windowBytesMax, Math.max(least, session.windowBytes));
}
