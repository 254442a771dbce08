import { CommandError, diskError, invariant } from '../base/index.ts';
import { pieceAt, type Content, type PiecePlace } from '../metainfo/index.ts';
import { readFully } from './disk-io.ts';
import type { FilePool } from './file-pool.ts';
import type { StoragePlan } from './storage-plan.ts';

/** Where a piece lies on disk. */
export interface DiskPlace {
  readonly path: string;
  /** Bytes from the start of that file. */
  readonly offset: number;
  readonly length: number;
}

/**
 * What shares and downloads have in common: reading pieces out of files that a pool keeps open. Everything
 * rejects with CommandError.
 */
export abstract class ContentStorage {
  readonly content: Content;
  protected readonly plan: StoragePlan;
  readonly #pool: FilePool;
  readonly #keyPrefix: string;
  readonly #underWay = new Set<Promise<unknown>>();
  #closing: Promise<void> | undefined;
  #isClosed = false;

  constructor(plan: StoragePlan, pool: FilePool) {
    this.plan = plan;
    this.content = plan.content;
    this.#pool = pool;
    this.#keyPrefix = `${pool.newOwner()}:`;
  }

  /** Opens file number `file` of the content for this kind of use. */
  protected abstract openFile(file: number): Promise<number>;

  /** Where that file is on the disk, or will be. */
  protected abstract pathOf(file: number): Promise<string>;

  /**
   * Fills `into` with what the disk has from byte `begin` of a piece on. The piece must be held.
   * FILE_CHANGED if the file is not what it was, FILE_NOT_FOUND if it is gone.
   */
  async readBlock(piece: number, begin: number, into: Uint8Array): Promise<void> {
    const { file, offset, length } = this.place(piece);
    invariant(begin >= 0 && begin + into.length <= length, 'the block lies within its piece');
    const isWhole = await this.withFile(file, (fd) => readFully(fd, into, offset + begin));
    if (!isWhole) throw changed(await this.pathOf(file));
  }

  /** Where to find a piece, to have it hashed straight from the disk. */
  async diskPlaceOf(piece: number): Promise<DiskPlace> {
    const { file, offset, length } = this.place(piece);
    return { path: await this.pathOf(file), offset, length };
  }

  /** Waits for what is under way, then closes the files. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#shutDown();
    return this.#closing;
  }

  /** What must be done before the files are closed. */
  protected async beforeClose(): Promise<void> {}

  async #shutDown(): Promise<void> {
    try {
      await this.beforeClose();
    } finally {
      this.#isClosed = true;
      await Promise.allSettled(this.#underWay);
      await this.#pool.closeAll((key) => key.startsWith(this.#keyPrefix));
    }
  }

  protected place(piece: number): PiecePlace {
    return pieceAt(this.content, piece);
  }

  /** Runs `task` with that file open. */
  protected async withFile<T>(file: number, task: (fd: number) => Promise<T>): Promise<T> {
    if (this.#isClosed) throw new CommandError('INTERRUPTED', `${this.plan.root} is closed`);
    const work = this.#pool.use(`${this.#keyPrefix}${file}`, () => this.openFile(file), task);
    this.#underWay.add(work);
    try {
      return await work;
    } catch (error) {
      throw diskError(error, this.plan.pathOf(file));
    } finally {
      this.#underWay.delete(work);
    }
  }
}

export const changed = (at: string): CommandError =>
  new CommandError('FILE_CHANGED', `${at} has changed since it was shared: share it again`);
