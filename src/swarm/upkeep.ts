import { invariant, PeerFault } from '../base/index.ts';
import type { Parts } from './inbound.ts';
import type { PeerSession } from './peer-session.ts';

const BUSY_TICK_MS = 100;
const QUIET_TICK_MS = 1_000;
/** BEP 3: peers hang up after two minutes of silence. */
const KEEP_ALIVE_MS = 60_000;
/** A peer that does not read what it asked for is let go after so long. */
const UNREAD_MS = 90_000;
/** Control messages may wait for a slow reader up to this, on top of the blocks in its budget. */
const UNREAD_BYTES_MAX = 8 * 1024 * 1024;

/** What time alone brings about. */
export class Upkeep {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  tick(nowMs: number): void {
    const { core, picker, pipeline, uploads, metadata, layerFetch, culprits, advisor, neighbours } =
      this.#parts;
    for (const session of core.sessions.values()) {
      core.tellHeld(session);
      this.#check(session, nowMs);
    }
    picker.readers.tick(nowMs);
    pipeline.tick(nowMs);
    uploads.pump(nowMs);
    metadata.tick(nowMs);
    layerFetch.tick(nowMs);
    culprits.tick(nowMs);
    advisor.tick(nowMs);
    neighbours.dialMore(nowMs);
  }

  #check(session: PeerSession, nowMs: number): void {
    const { core } = this.#parts;
    const { config } = core;
    const reason = this.#tooQuiet(session, nowMs);
    if (reason !== undefined) {
      const fault = new PeerFault('SILENT', reason);
      core.close(session, nowMs, fault.message, fault);
    } else if (session.unsentBytes > config.unsentBytesPerPeer + UNREAD_BYTES_MAX) {
      const fault = new PeerFault('FLOOD', `${session.unsentBytes} B that it asked for and does not read`);
      core.close(session, nowMs, fault.message, fault);
    } else if (!session.amInterested && !session.peerInterested && nowMs - session.usefulMs > config.idleMs) {
      core.close(session, nowMs, 'idle');
    } else if (session.unsentBytes === 0 && nowMs - session.spokeMs > KEEP_ALIVE_MS) {
      session.spokeMs = nowMs;
      core.send(session, { type: 'keep-alive' });
    }
  }

  #tooQuiet(session: PeerSession, nowMs: number): string | undefined {
    if (nowMs - session.heardMs > this.#parts.core.config.silentMs) return 'nothing came from it';
    if (session.unsentBytes > 0 && nowMs - session.spokeMs > UNREAD_MS) return 'it does not read';
    if (nowMs - (session.barrenSinceMs ?? nowMs) > this.#parts.core.config.barrenMs)
      return 'it gives nothing';
    return undefined;
  }

  nextTickMs(nowMs: number): number {
    const { core, uploads, metadata, layerFetch, culprits, neighbours } = this.#parts;
    if (core.sessions.size === 0) return neighbours.nextDialMs(nowMs);
    const waiting = [...core.sessions.values()].some(
      (session) => session.pendingBytes > 0 || session.amInterested || session.untold.length > 0,
    );
    const busy = waiting || uploads.isBusy || metadata.isBusy || layerFetch.isBusy || culprits.isBusy;
    return nowMs + (busy ? BUSY_TICK_MS : QUIET_TICK_MS);
  }

  /** For tests. */
  checkInvariants(): void {
    for (const session of this.#parts.core.sessions.values()) {
      let live = 0;
      for (const request of session.pending) if (request.state === 'live') live += request.length;
      invariant(live === session.pendingBytes, `connection ${session.conn} waits for ${live} B`);
      invariant(!session.closed, 'a closed connection is forgotten');
    }
  }
}
