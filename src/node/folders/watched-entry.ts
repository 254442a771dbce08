import { sep } from 'node:path';
import { sameStamps } from '../../storage/index.ts';
import type { OwnDownload, OwnShare } from '../seams.ts';
import type { EntryLook } from './entry-look.ts';

/** So long an entry has to stay as it is before it counts as complete. */
export const SETTLE_MS = 3_000;
/**
 * Each time that it has changed after all it has to stay as it is for twice as long, up to this: a file that is written to now and
 * then for hours must not be hashed and announced again and again.
 */
const SETTLE_MAX_MS = 10 * 60_000;
/** After so long without a change that is forgotten. */
const CALM_MS = 60 * 60_000;

/** What becomes of an entry: it is shared as it is, the user wants it not to be, it may yet change, or it can be shared. */
export type EntryState = 'shared' | 'stopped' | 'waiting' | 'complete';

/** What is remembered of one entry of a watched folder from look to look. */
export class WatchedEntry {
  #digest: string | undefined;
  #sinceMs = 0;
  #settleMs = SETTLE_MS;
  #wasShared = false;
  /** As it was when it was last seen to be shared. */
  #sharedDigest: string | undefined;

  /** @param stopped how it looked when the user ended its share, if so */
  judge(
    look: EntryLook,
    share: OwnShare | undefined,
    stopped: string | undefined,
    nowMs: number,
  ): EntryState {
    if (this.#digest !== look.digest) {
      if (nowMs - this.#sinceMs >= CALM_MS) this.#settleMs = SETTLE_MS;
      this.#digest = look.digest;
      this.#sinceMs = nowMs;
    }
    if (share && this.isAsShared(look, share.stamps)) {
      // Its disk was away: it is what it was.
      if (!share.isServed) return 'complete';
      this.#sharedDigest = look.digest;
      this.#wasShared = true;
      return 'shared';
    }
    if (share === undefined && this.#wasEnded(look, stopped)) return 'stopped';
    if (look.isUnfinished || nowMs - this.#sinceMs < this.#settleMs) return 'waiting';
    return 'complete';
  }

  /** How it looked last. */
  get digest(): string {
    return this.#digest ?? '';
  }

  /** It was shared as it looked last. */
  onShared(): void {
    this.#sharedDigest = this.#digest;
    if (this.#wasShared) this.#settleMs = Math.min(this.#settleMs * 2, SETTLE_MAX_MS);
    this.#wasShared = true;
  }

  /** It has to stay as it is once more before it counts as complete. */
  unsettle(nowMs: number): void {
    this.#sinceMs = nowMs;
  }

  /** Whether this look shows what was shared, when its files had these stamps. */
  isAsShared(look: EntryLook, stamps: OwnShare['stamps']): boolean {
    return this.#sharedDigest === undefined
      ? sameStamps(stamps, look.stamps)
      : this.#sharedDigest === look.digest;
  }

  /** Its share is gone. If it was shared: how it looked, so that this very thing is let be. */
  endedAs(): string | undefined {
    return this.#sharedDigest;
  }

  #wasEnded(look: EntryLook, stopped: string | undefined): boolean {
    return look.digest === stopped || look.digest === this.#sharedDigest;
  }
}

/** Whether a download still writes at this path or below it, or has left something there that is not the whole. */
export function isBeingDownloaded(path: string, downloads: readonly OwnDownload[]): boolean {
  return downloads.some(
    ({ root, state, isPartial }) =>
      (state !== 'complete' || isPartial) && (root === path || root.startsWith(`${path}${sep}`)),
  );
}
