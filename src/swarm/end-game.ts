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

/**
 * Adjoining blocks that `session` would bring sooner than the peer they are waited for from: the latest of those.
 * `awaited`: only blocks of these pieces, which somebody waits for now. There a block that did not come for long is not
 * believed to come soon.
 */
export function duplicateRun(
  picker: PiecePicker,
  session: PeerSession,
  requestBytes: number,
  nowMs: number,
  awaited?: readonly ActivePiece[],
): DuplicateRun | undefined {
  const mineMs = expectedMs(session, session.pendingBytes + requestBytes, nowMs);
  let best: DuplicateRun | undefined;
  let latestMs = mineMs * GAIN;
  for (const active of awaited ?? picker.active.values()) {
    if (session.has?.get(active.piece) !== true || active.mustBeFromOne || !picker.isTaking(active, session))
      continue;
    for (let block = 0; block < active.blockCount; block += 1) {
      const holder = active.holderOf(block);
      if (!holder || !mayAsk(active, block, session)) continue;
      const expected = expectedMs(holder, bytesBefore(holder, active.piece, block), nowMs);
      const theirsMs = awaited ? Math.max(expected, nowMs - askedMs(holder, active.piece, block)) : expected;
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

/** When the peer was asked for this block. */
function askedMs(holder: PeerSession, piece: number, block: number): number {
  const at = block * BLOCK_BYTES;
  const request = holder.pending.find(
    (r) => r.piece === piece && r.begin <= at && at < r.begin + r.length && r.state === 'live',
  );
  return request?.sentMs ?? -Infinity;
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
