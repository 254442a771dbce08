import { lstat } from 'node:fs/promises';
import { CommandError, systemCode } from '../../base/index.ts';
import type { OwnShare } from '../seams.ts';
import type { FolderTools } from './folder-tools.ts';
import { SETTLE_MS } from './watched-entry.ts';

/** Shares of a watched folder whose file or folder is not there: withdrawn when it has been gone for a while. */
export class GoneShares {
  readonly #tools: FolderTools;
  /** By name in the folder: since when. */
  readonly #sinceMs = new Map<string, number>();

  constructor(tools: FolderTools) {
    this.#tools = tools;
  }

  /** Whether the next look may withdraw something. */
  get isWaiting(): boolean {
    return this.#sinceMs.size > 0;
  }

  /** What is not there counts as gone from the next look on, at the earliest. */
  clear(): void {
    this.#sinceMs.clear();
  }

  /** @param there all names in the folder; @param shares of the group, by their name there */
  async withdraw(
    group: string,
    there: ReadonlySet<string>,
    shares: ReadonlyMap<string, OwnShare>,
  ): Promise<void> {
    const nowMs = this.#tools.clock.nowMs();
    for (const name of this.#sinceMs.keys()) if (!shares.has(name)) this.#sinceMs.delete(name);
    for (const [name, share] of shares) {
      const sinceMs = this.#sinceMs.get(name);
      if (there.has(name)) this.#sinceMs.delete(name);
      else if (sinceMs === undefined) this.#sinceMs.set(name, nowMs);
      else if (nowMs - sinceMs >= SETTLE_MS && (await isGone(share.root))) await this.#stop(group, share);
    }
  }

  async #stop(group: string, { name, content, root }: OwnShare): Promise<void> {
    const { transfers, log } = this.#tools;
    for (const typed of [name, `${name}@${content}`]) {
      try {
        await transfers.stopShare(group, typed);
        log.info('folder.withdrawn', { path: root });
        return;
      } catch (error) {
        if (!(error instanceof CommandError)) throw error;
        log.warn('folder.not-withdrawn', { path: root, reason: error.message });
        if (error.code !== 'AMBIGUOUS_NAME') return;
      }
    }
  }
}

async function isGone(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return false;
  } catch (error) {
    return ['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '');
  }
}
