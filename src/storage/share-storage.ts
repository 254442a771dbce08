import { lstat } from 'node:fs/promises';
import { diskError, systemCode } from '../base/index.ts';
import type { Content } from '../metainfo/index.ts';
import { changed, ContentStorage } from './content-storage.ts';
import { closeFd, OPEN_TO_READ, openInside, statFd } from './disk-io.ts';
import type { FilePool } from './file-pool.ts';
import { sameStamp, stampOf, type FileStamp } from './file-stamp.ts';
import { StoragePlan } from './storage-plan.ts';

const STATS_AT_ONCE = 8;

/** The files of a share, never written to. */
export class ShareStorage extends ContentStorage {
  readonly #stamps: readonly FileStamp[];

  private constructor(plan: StoragePlan, pool: FilePool, stamps: readonly FileStamp[]) {
    super(plan, pool);
    this.#stamps = stamps;
  }

  /** `stamps`: of each file of the content, as they were when it was hashed. Does not touch the files yet. */
  static async open(
    content: Content,
    root: string,
    pool: FilePool,
    stamps: readonly FileStamp[],
  ): Promise<ShareStorage> {
    try {
      return new ShareStorage(await StoragePlan.make(content, root), pool, stamps);
    } catch (error) {
      throw diskError(error, root);
    }
  }

  /** What became of the first file that is not as it was hashed, for people; undefined if all are. */
  async filesChanged(): Promise<string | undefined> {
    const faults: string[] = [];
    const files = this.content.files.keys();
    const check = async (): Promise<void> => {
      for (const file of files) {
        if (faults.length > 0) return;
        const fault = await this.#faultOf(file);
        if (fault !== undefined) faults.push(fault);
      }
    };
    await Promise.all(Array.from({ length: STATS_AT_ONCE }, check));
    return faults[0];
  }

  protected async openFile(file: number): Promise<number> {
    const at = await this.pathOf(file);
    const fd = await openInside(this.plan.realBase, at, OPEN_TO_READ);
    const stamp = this.#stamps[file];
    if (stamp && sameStamp(stamp, stampOf(await statFd(fd)))) return fd;
    await closeFd(fd);
    throw changed(at);
  }

  protected pathOf(file: number): Promise<string> {
    return this.plan.diskPathOf(file);
  }

  async #faultOf(file: number): Promise<string | undefined> {
    const at = await this.pathOf(file);
    try {
      const stat = await lstat(at);
      if (!stat.isFile()) return `${at} is not a file any more`;
      const stamp = this.#stamps[file];
      return stamp && sameStamp(stamp, stampOf(stat)) ? undefined : `${at} has changed`;
    } catch (error) {
      return systemCode(error) === 'ENOENT' ? `${at} is gone` : diskError(error, at).message;
    }
  }
}
