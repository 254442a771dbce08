import type { ActivePiece } from './active-piece.ts';
import type { SwarmCore } from './core.ts';
import type { Culprits } from './culprits.ts';
import type { Holdings } from './holdings.ts';
import type { PiecePicker } from './piece-picker.ts';
import type { RequestPipeline } from './request-pipeline.ts';
import type { Priority } from './wish.ts';

interface ChoosingParts {
  readonly core: SwarmCore;
  readonly picker: PiecePicker;
  readonly holdings: Holdings;
  readonly pipeline: RequestPipeline;
  readonly culprits: Culprits;
}

/** Carries out a choice of files, also amid the download. */
export class Choosing {
  readonly #parts: ChoosingParts;

  constructor(parts: ChoosingParts) {
    this.#parts = parts;
  }

  /** What is no longer wanted is not fetched to its end; what was skipped can be asked for from now on. */
  apply(priorities: readonly Priority[]): void {
    const { core, picker, holdings } = this.#parts;
    const wish = core.work?.wish;
    if (!wish) return;
    for (const { piece, rank } of wish.changes(priorities)) {
      const wasWanted = wish.isWanted(piece);
      picker.unlist(piece);
      wish.rank(piece, rank);
      const isWanted = wish.isWanted(piece);
      if (isWanted !== wasWanted) holdings.onWish(piece, isWanted ? 1 : -1);
      const active = picker.active.get(piece);
      if (isWanted) picker.onHashKnown(piece);
      else if (active) this.forget(active);
    }
  }

  /** Gives up a piece that is not wanted. One that is being verified may as well be kept, if it is right. */
  forget(active: ActivePiece): void {
    const { core, picker, pipeline, culprits } = this.#parts;
    if (active.verifying || core.isWanted(active.piece) || picker.active.get(active.piece) !== active) return;
    culprits.forget(active.piece);
    pipeline.giveUp(active);
  }
}
