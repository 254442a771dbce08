import type { PeerSession } from './peer-session.ts';

/**
 * How long the peer takes for the next `bytes` that are asked of it: by what it has sent of late, or, if it had
 * nothing to send, by its quickest answer.
 */
export function expectedMs(session: PeerSession, bytes: number, nowMs: number): number {
  if (session.snubbed) return Infinity;
  const quickestMs = Number.isFinite(session.quickestMs) ? session.quickestMs : 0;
  const perSecond = session.down.bytesPerSecond(nowMs);
  const byRateMs = (bytes * 1000) / Math.max(perSecond, 1024);
  return session.pendingBytes === 0 && quickestMs > 0 ? Math.min(quickestMs, byRateMs) : byRateMs;
}
