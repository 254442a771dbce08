import { PeerFault } from '../base/index.ts';
import type { HostLimits } from './doorkeeper.ts';

/** What is watched of a connection. */
export interface Watched {
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly queuedBytes: number;
}

interface Mark {
  bytesIn: number;
  inAtMs: number;
  bytesOut: number;
  outAtMs: number;
}

/**
 * Finds peers that send nothing or take nothing for too long, by comparing counters now and then: the hot path
 * reads no clock.
 */
export class StallWatch {
  readonly #limits: Pick<HostLimits, 'sendStallMs' | 'silenceMs'>;
  readonly #marks = new WeakMap<Watched, Mark>();

  constructor(limits: Pick<HostLimits, 'sendStallMs' | 'silenceMs'>) {
    this.#limits = limits;
  }

  /** The fault of `peer`, if it has stood still for too long by now. The first call begins to count. */
  check(peer: Watched, nowMs: number): PeerFault | undefined {
    const { bytesIn, bytesOut } = peer;
    const mark = this.#marks.get(peer);
    if (mark === undefined) {
      this.#marks.set(peer, { bytesIn, inAtMs: nowMs, bytesOut, outAtMs: nowMs });
      return undefined;
    }
    if (mark.bytesIn !== bytesIn) Object.assign(mark, { bytesIn, inAtMs: nowMs });
    if (mark.bytesOut !== bytesOut || peer.queuedBytes === 0)
      Object.assign(mark, { bytesOut, outAtMs: nowMs });
    if (nowMs - mark.inAtMs >= this.#limits.silenceMs) return new PeerFault('SILENT', 'nothing came');
    if (nowMs - mark.outAtMs >= this.#limits.sendStallMs) return new PeerFault('SILENT', 'takes nothing');
    return undefined;
  }
}
