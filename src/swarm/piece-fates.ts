import { invariant } from '../base/index.ts';
import { pieceTreeBytes } from '../metainfo/index.ts';
import type { ActivePiece } from './active-piece.ts';
import type { Advisor } from './advisor.ts';
import type { Choosing } from './choosing.ts';
import type { SwarmCore } from './core.ts';
import type { Culprits } from './culprits.ts';
import type { Holdings } from './holdings.ts';
import type { PiecePicker } from './piece-picker.ts';
import type { RequestPipeline } from './request-pipeline.ts';

interface FateParts {
  readonly core: SwarmCore;
  readonly picker: PiecePicker;
  readonly holdings: Holdings;
  readonly pipeline: RequestPipeline;
  readonly culprits: Culprits;
  readonly advisor: Advisor;
  readonly choosing: Choosing;
}

/** What becomes of full pieces, and what follows when nothing that is wanted is lacking. */
export class PieceFates {
  readonly #parts: FateParts;

  constructor(parts: FateParts) {
    this.#parts = parts;
  }

  onFull(active: ActivePiece): void {
    const { core, picker } = this.#parts;
    const root = core.work?.layers.expected(active.piece);
    invariant(core.work && root, 'a piece is asked for only once its hash is known');
    active.verifying = true;
    picker.open.delete(active);
    const rootBytes = pieceTreeBytes(core.work.content, active.piece);
    core.emit({ type: 'storePiece', piece: active.piece, bytes: active.bytes, root, rootBytes });
  }

  onStored(piece: number, nowMs: number): void {
    const { core, picker, holdings, pipeline, culprits } = this.#parts;
    const active = picker.active.get(piece);
    if (!active?.verifying) return;
    const wasSatisfied = core.isSatisfied;
    culprits.onPieceGood(active, nowMs);
    picker.drop(active);
    holdings.onHeld(piece);
    if (core.isComplete || (core.isSatisfied && !wasSatisfied)) this.onSatisfied(nowMs);
    else pipeline.fillAll(nowMs);
  }

  /** All that is wanted is held. */
  onSatisfied(nowMs: number): void {
    const { core, pipeline, holdings, advisor } = this.#parts;
    invariant(core.work, 'complete without pieces');
    pipeline.cancelAll();
    holdings.updateAllInterest();
    for (const session of core.sessions.values()) {
      const id = session.ids.uploadOnly;
      if (id !== undefined) core.send(session, { type: 'upload-only', id, uploadOnly: true });
      if (core.isComplete && session.isSeed) core.close(session, nowMs, 'both have everything');
    }
    if (core.isComplete) advisor.start(core.work);
    core.emit({ type: 'complete', all: core.isComplete });
  }

  onBad(piece: number, nowMs: number): void {
    const { picker, pipeline, culprits, choosing } = this.#parts;
    const active = picker.active.get(piece);
    if (!active?.verifying) return;
    culprits.onPieceBad(active, nowMs);
    choosing.forget(active);
    pipeline.fillAll(nowMs);
  }

  /** The disk refused it: the piece is wanted again, and nothing more is asked for until somebody resumes. */
  onStoreFailed(piece: number): void {
    const { core, picker, holdings, pipeline } = this.#parts;
    const active = picker.active.get(piece);
    if (!active?.verifying) return;
    core.stopped = true;
    picker.abandon(active);
    pipeline.cancelAll();
    holdings.updateAllInterest();
  }
}
