import { lstat, mkdir, rmdir, unlink } from 'node:fs/promises';
import path from 'node:path';
import { CommandError, diskError, invariant, syncFolder, systemCode } from '../base/index.ts';
import type { Content } from '../metainfo/index.ts';
import { ContentStorage } from './content-storage.ts';
import { closeFd, CREATE_TO_WRITE, extendFd, OPEN_TO_WRITE, openInside, statFd, syncFd } from './disk-io.ts';
import type { FilePool } from './file-pool.ts';
import { sameStamp, stampOf, type FileStamp } from './file-stamp.ts';
import type { ResumeRecord } from './resume-record.ts';
import { checkIsFolder, StoragePlan } from './storage-plan.ts';

/** Writes a piece to an open file from `offset` on; false if it is not what it should be, and nothing was written. */
export type PieceWriter = (place: { readonly fd: number; readonly offset: number }) => Promise<boolean>;

/**
 * The files of a download: created when their first piece arrives, as long as they will be but sparse. Only
 * files that its record knows as its own are ever written to or deleted.
 */
export class DownloadStorage extends ContentStorage {
  readonly record: ResumeRecord;
  readonly #dirty = new Set<number>();
  readonly #newFolders = new Set<string>();
  #checkpoint: Promise<void> | undefined;

  private constructor(plan: StoragePlan, pool: FilePool, record: ResumeRecord) {
    super(plan, pool);
    this.record = record;
  }

  /**
   * Goes on where `record` says, which is closed with the storage. `lostFiles` are paths of files that it
   * knew and that are gone: their pieces are to be fetched again. Pieces of files whose length is wrong
   * become unsure.
   */
  static async open(
    content: Content,
    root: string,
    pool: FilePool,
    record: ResumeRecord,
  ): Promise<{ storage: DownloadStorage; lostFiles: string[] }> {
    try {
      const storage = new DownloadStorage(await StoragePlan.make(content, root), pool, record);
      const lostFiles = await storage.#compareWithDisk();
      // What the last run wrote may still be in the system's memory alone.
      for (const piece of record.unsure.ones()) {
        const { file } = storage.place(piece);
        if (record.isCreated(file)) storage.#dirty.add(file);
      }
      return { storage, lostFiles };
    } catch (error) {
      throw diskError(error, root);
    }
  }

  /**
   * Lets `write` put a piece into its place, and notes it in the record if it was right: false if not. NO_SPACE, PERMISSION_DENIED, DESTINATION_EXISTS
   * (something that is not ours stands in the place of a file), FILE_NOT_FOUND (our file vanished; opening
   * again finds out what is lost), IO_ERROR.
   */
  async storePiece(piece: number, write: PieceWriter): Promise<boolean> {
    const { file, offset } = this.place(piece);
    const isRight = await this.withFile(file, (fd) => write({ fd, offset }));
    if (!isRight) return false;
    this.#dirty.add(file);
    this.record.note(piece);
    return true;
  }

  /**
   * Makes durable what was written, and then the record of it: to be called about once a second, and at the
   * end.
   */
  async checkpoint(): Promise<void> {
    await this.#checkpoint?.catch(() => undefined);
    this.#checkpoint ??= this.#syncAndCommit().finally(() => (this.#checkpoint = undefined));
    return this.#checkpoint;
  }

  /**
   * When every piece of the wanted files is held: creates the empty ones, looks whether all stand as they should, and
   * makes them durable. FILE_CHANGED if one vanished or was cut meanwhile. The stamps, if all files are wanted, are those
   * of the share that this now is.
   */
  async finish(isWanted: (file: number) => boolean = () => true): Promise<FileStamp[]> {
    const stamps: FileStamp[] = [];
    for (const [index, { length }] of this.content.files.entries()) {
      if (!isWanted(index)) continue;
      invariant(this.#isHeld(index), 'every piece that is wanted is held');
      if (length === 0) await this.withFile(index, async () => undefined);
      stamps.push(await this.#stampOf(index));
    }
    await this.checkpoint();
    return stamps;
  }

  /** Pieces of those files that are not as these stamps say become unsure. */
  async doubtChanged(stamps: ReadonlyMap<number, FileStamp>): Promise<void> {
    for (const [file, stamp] of stamps) {
      const there = await lstat(await this.pathOf(file)).catch(() => undefined);
      if (there && sameStamp(stamp, stampOf(there))) continue;
      const { firstPiece, pieceCount } = this.plan.file(file);
      for (let at = 0; at < pieceCount; at += 1) this.record.doubt(firstPiece + at);
    }
  }

  /** Ends a download that has what was wanted of it: deletes what it began and did not finish, and its record. Closes. */
  async leave(): Promise<void> {
    const begun = [...this.content.files.keys()].filter(
      (file) => this.record.isCreated(file) && !this.#isHeld(file),
    );
    await this.#discard(begun);
  }

  /**
   * Ends a download that is not wanted any more: deletes what it created and its record. Closes the
   * storage.
   */
  async discard(): Promise<void> {
    await this.#discard([...this.content.files.keys()].filter((file) => this.record.isCreated(file)));
  }

  async #discard(created: readonly number[]): Promise<void> {
    const places = await Promise.all(created.map((file) => this.pathOf(file)));
    await this.close().catch(() => undefined); // what can't be written any more is to be deleted anyhow
    const folders = new Set(created.flatMap((file) => this.plan.foldersOf(file)));
    for (const at of places) await ignoring(['ENOENT', 'ENOTDIR'], unlink(at), at);
    for (const at of [...folders].sort((a, b) => b.length - a.length)) {
      await ignoring(['ENOENT', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST'], rmdir(at), at);
    }
    await this.record.remove();
  }

  protected pathOf(file: number): Promise<string> {
    return this.plan.diskPathOf(file);
  }

  protected async openFile(file: number): Promise<number> {
    if (!this.record.isCreated(file)) return this.#createFile(file);
    const fd = await openInside(this.plan.realBase, await this.pathOf(file), OPEN_TO_WRITE);
    return this.#sized(fd, this.plan.file(file).length);
  }

  protected override async beforeClose(): Promise<void> {
    try {
      await this.checkpoint();
    } finally {
      await this.record.close();
    }
  }

  #isHeld(file: number): boolean {
    const { firstPiece, pieceCount } = this.plan.file(file);
    for (let at = 0; at < pieceCount; at += 1) if (!this.record.held.get(firstPiece + at)) return false;
    return true;
  }

  async #createFile(file: number): Promise<number> {
    const at = this.plan.pathOf(file);
    for (const folder of this.plan.foldersOf(file)) await this.#makeFolder(folder);
    await this.record.noteCreated(file);
    try {
      const fd = await openInside(this.plan.realBase, at, CREATE_TO_WRITE);
      this.#newFolders.add(path.dirname(at));
      return await this.#sized(fd, this.plan.file(file).length);
    } catch (error) {
      if (systemCode(error) === 'EEXIST') this.record.noteGone(file);
      throw error;
    }
  }

  async #makeFolder(at: string): Promise<void> {
    try {
      await mkdir(at);
      this.#newFolders.add(path.dirname(at));
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error;
      await checkIsFolder(at);
    }
  }

  /** Sets the length at once, so that no later write has to: blocks that are not there yet take no room. */
  async #sized(fd: number, length: number): Promise<number> {
    try {
      if ((await statFd(fd)).size !== length) await extendFd(fd, length);
      return fd;
    } catch (error) {
      await closeFd(fd);
      throw error;
    }
  }

  async #syncAndCommit(): Promise<void> {
    const mark = this.record.mark();
    const files = [...this.#dirty];
    const folders = [...this.#newFolders];
    this.#dirty.clear();
    this.#newFolders.clear();
    try {
      for (const file of files) await this.withFile(file, syncFd);
      for (const folder of folders) await syncFolder(folder);
      await this.record.commit(mark);
    } catch (error) {
      for (const file of files) this.#dirty.add(file);
      for (const folder of folders) this.#newFolders.add(folder);
      throw diskError(error, this.plan.root);
    }
  }

  async #compareWithDisk(): Promise<string[]> {
    const lostFiles: string[] = [];
    for (const [index, { firstPiece, pieceCount, length }] of this.content.files.entries()) {
      if (!this.record.isCreated(index)) continue;
      const size = await this.#sizeOf(index);
      if (size === length) continue;
      const pieces = Array.from({ length: pieceCount }, (_, at) => firstPiece + at);
      if (size === undefined) {
        if (pieces.some((piece) => this.record.held.get(piece))) lostFiles.push(this.plan.pathOf(index));
        this.record.noteGone(index);
        for (const piece of pieces) this.record.lost(piece);
      } else for (const piece of pieces) this.record.doubt(piece);
    }
    return lostFiles;
  }

  async #sizeOf(file: number): Promise<number | undefined> {
    try {
      const stat = await lstat(await this.pathOf(file));
      return stat.isFile() ? stat.size : undefined;
    } catch (error) {
      if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return undefined;
      throw error;
    }
  }

  async #stampOf(file: number): Promise<FileStamp> {
    const at = await this.pathOf(file);
    const stat = await lstat(at).catch((error: unknown) => {
      if (systemCode(error) === 'ENOENT') return undefined;
      throw diskError(error, at);
    });
    if (stat?.isFile() && stat.size === this.plan.file(file).length) return stampOf(stat);
    throw new CommandError(
      'FILE_CHANGED',
      `${at} vanished or was changed while it was downloaded: resume_download fetches it again`,
    );
  }
}

async function ignoring(codes: readonly string[], work: Promise<void>, at: string): Promise<void> {
  await work.catch((error: unknown) => {
    if (!codes.includes(systemCode(error) ?? '')) throw diskError(error, at);
  });
}
