import { BLOCK_BYTES } from '../metainfo/index.ts';
import type { ActivePiece } from './active-piece.ts';
import { expectedMs } from './expected-time.ts';
import type { PeerSession } from './peer-session.ts';
import type { PiecePicker } from './piece-picker.ts';

/** Asking twice costs upload somewhere: the second peer must be so much quicker than the first. */
const GAIN = 1.5;

export interface DuplicateRun {
  readonly active: ActivePiece;
  readonly run: { readonly begin: number; readonly length: number };
}

/** Adjoining blocks that `session` would bring sooner than the peer they are waited for from: the latest of those. */
export function duplicateRun(
  picker: PiecePicker,
  session: PeerSession,
  requestBytes: number,
  nowMs: number,
  among: Iterable<ActivePiece> = picker.active.values(),
): DuplicateRun | undefined {
  const mineMs = expectedMs(session, session.pendingBytes + requestBytes, nowMs);
  let best: DuplicateRun | undefined;
  let latestMs = mineMs * GAIN;
  for (const active of among) {
    if (session.has?.get(active.piece) !== true || active.mustBeFromOne || !picker.isTaking(active, session))
      continue;
    for (let block = 0; block < active.blockCount; block += 1) {
      const holder = active.holderOf(block);
      if (!holder || !mayAsk(active, block, session)) continue;
      const theirsMs = expectedMs(holder, bytesBefore(holder, active.piece, block), nowMs);
      if (theirsMs <= latestMs) continue;
      latestMs = theirsMs;
      best = { active, run: runFrom(active, block, holder, session, requestBytes) };
    }
  }
  return best;
}

function runFrom(
  active: ActivePiece,
  first: number,
  holder: PeerSession,
  session: PeerSession,
  requestBytes: number,
): { begin: number; length: number } {
  let end = first + 1;
  const limit = Math.min(active.blockCount, first + requestBytes / BLOCK_BYTES);
  while (end < limit && active.holderOf(end) === holder && mayAsk(active, end, session)) end += 1;
  return active.rangeOf(first, end);
}

function mayAsk(active: ActivePiece, block: number, session: PeerSession): boolean {
  if (!active.isRequested(block) || active.holderOf(block) === session || active.twice.has(block))
    return false;
  return !asks(session, active, block);
}

function asks(session: PeerSession, active: ActivePiece, block: number): boolean {
  const at = block * BLOCK_BYTES;
  return session.pending.some((r) => r.piece === active.piece && r.begin <= at && at < r.begin + r.length);
}

/** Bytes that the peer has to send until this block is here. */
function bytesBefore(holder: PeerSession, piece: number, block: number): number {
  let bytes = 0;
  for (const request of holder.pending) {
    if (request.state !== 'live') continue;
    bytes += request.length;
    if (request.piece === piece && request.begin + request.length > block * BLOCK_BYTES) return bytes;
  }
  return bytes;
}
