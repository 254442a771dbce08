import { diskError } from '../base/index.ts';
import type { Content } from '../metainfo/index.ts';
import { ContentStorage } from './content-storage.ts';
import { OPEN_TO_READ, openInside } from './disk-io.ts';
import type { FilePool } from './file-pool.ts';
import { StoragePlan } from './storage-plan.ts';

/** The files of a download for somebody who reads them meanwhile: only of pieces that are held, and never written to. */
export class HeldStorage extends ContentStorage {
  /** Does not touch the files yet. */
  static async open(content: Content, root: string, pool: FilePool): Promise<HeldStorage> {
    try {
      return new HeldStorage(await StoragePlan.make(content, root), pool);
    } catch (error) {
      throw diskError(error, root);
    }
  }

  protected async openFile(file: number): Promise<number> {
    return openInside(this.plan.realBase, await this.pathOf(file), OPEN_TO_READ);
  }

  protected pathOf(file: number): Promise<string> {
    return this.plan.diskPathOf(file);
  }
}
