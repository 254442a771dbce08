import type { FileHandle } from 'node:fs/promises';
import { open, readFile, rename, unlink } from 'node:fs/promises';
import path from 'node:path';
import { diskError, syncFolder, systemCode } from '../base/index.ts';
import type { Bitfield, Content } from '../metainfo/index.ts';
import {
  decodeRecord,
  emptyState,
  encodeEntry,
  encodeRecord,
  ENTRY_BYTES,
  unknownState,
  type Entry,
  type ResumeState,
} from './resume-format.ts';
import { writeFully } from './disk-io.ts';

/**
 * Which pieces of a download are there. It says `held` only of data that was synced before; written pieces
 * are noted at once, without waiting for the disk, so that after a crash only those need hashing.
 */
export class ResumeRecord {
  readonly #file: FileHandle;
  readonly #path: string;
  readonly #state: ResumeState;
  /** Where the next entry goes in the file, and its number. */
  #offset: number;
  #position: number;
  #pending: Uint8Array[] = [];
  #pumping: Promise<void> | undefined;
  /** The entry after the last one that `commit` has to cover. */
  #changedTo = 0;
  #committedTo = 0;
  #fault: unknown;
  #closing: Promise<void> | undefined;

  private constructor(file: FileHandle, at: string, state: ResumeState, offset: number) {
    this.#file = file;
    this.#path = at;
    this.#state = state;
    this.#offset = offset;
    this.#position = state.unsure.count;
  }

  /** Opens the record at `at` (written anew in short form), or begins one. Rejects with CommandError. */
  static async open(at: string, content: Content): Promise<ResumeRecord> {
    try {
      const state = await readState(at, content);
      const bytes = encodeRecord(content, state);
      await replaceFile(at, bytes);
      return new ResumeRecord(await open(at, 'r+'), at, state, bytes.length);
    } catch (error) {
      throw diskError(error, at);
    }
  }

  /** Pieces that the record at `at` says are held, while nobody has it open; nothing is written. Rejects with CommandError. */
  static async heldAt(at: string, content: Content): Promise<Bitfield> {
    try {
      return (await readState(at, content)).held;
    } catch (error) {
      throw diskError(error, at);
    }
  }

  /** Verified and written pieces: those recorded before, and those noted since. Read only. */
  get held(): Bitfield {
    return this.#state.held;
  }

  /**
   * Written before a crash, but not known to be whole: hash each, then `note` it or say that it is `lost`.
   */
  get unsure(): Bitfield {
    return this.#state.unsure;
  }

  /** A piece was verified and written. Not durable before the next `commit`. */
  note(piece: number): void {
    this.#state.unsure.clear(piece);
    if (this.#state.held.set(piece)) this.#append({ kind: 'written', value: piece });
  }

  /** A piece is not there, or wrong. */
  lost(piece: number): void {
    const wasUnsure = this.#state.unsure.clear(piece);
    if (this.#state.held.clear(piece) || wasUnsure) this.#append({ kind: 'lost', value: piece });
  }

  /** A piece that was held may have been touched: it is unsure again. */
  doubt(piece: number): void {
    if (!this.#state.held.clear(piece)) return;
    this.#state.unsure.set(piece);
    this.#append({ kind: 'doubted', value: piece });
  }

  /** Whether we created that file of the content; anything else that stands in its place is not ours. */
  isCreated(file: number): boolean {
    return this.#state.created.get(file);
  }

  /** To be awaited before the file is created: should the process end in between, it is ours next time. */
  async noteCreated(file: number): Promise<void> {
    if (this.#state.created.set(file)) this.#append({ kind: 'created', value: file });
    await this.#flushed();
  }

  noteGone(file: number): void {
    if (this.#state.created.clear(file)) this.#append({ kind: 'gone', value: file });
  }

  /** To be taken before the data is synced, and given to `commit` afterwards. */
  mark(): number {
    return this.#position;
  }

  /**
   * Makes durable that all noted before `mark` is on the disk. Rejects with CommandError; may be tried
   * again.
   */
  async commit(mark: number): Promise<void> {
    if (Math.min(mark, this.#changedTo) <= this.#committedTo) return;
    this.#append({ kind: 'synced', value: mark });
    await this.#flushed();
    await this.#file.datasync().catch((error: unknown) => {
      throw diskError(error, this.#path);
    });
    this.#committedTo = mark;
  }

  /** Writes out what is noted; does not sync. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#shutDown();
    return this.#closing;
  }

  /** Closes and deletes the record: the download is over. */
  async remove(): Promise<void> {
    await this.close();
    await unlink(this.#path).catch((error: unknown) => {
      throw diskError(error, this.#path);
    });
  }

  async #shutDown(): Promise<void> {
    try {
      await this.#flushed();
    } finally {
      await this.#file.close();
    }
  }

  #append(entry: Entry): void {
    this.#pending.push(encodeEntry(entry, this.#position));
    this.#position += 1;
    if (entry.kind !== 'synced') this.#changedTo = this.#position;
    this.#pumping ??= this.#pump();
  }

  /**
   * Writes what is pending, in as few writes as come about. A failure is kept for `commit` to tell; the
   * entries stay, to be written at the same place next time.
   */
  async #pump(): Promise<void> {
    try {
      while (this.#pending.length > 0) {
        const entries = this.#pending.slice();
        await writeFully(this.#file.fd, Buffer.concat(entries), this.#offset);
        this.#offset += entries.length * ENTRY_BYTES;
        this.#pending.splice(0, entries.length);
      }
    } catch (error) {
      this.#fault = error;
    } finally {
      this.#pumping = undefined;
    }
  }

  /** Waits until all that is noted has been handed to the system. */
  async #flushed(): Promise<void> {
    await this.#pumping;
    if (this.#pending.length > 0) await (this.#pumping ??= this.#pump());
    if (this.#pending.length > 0) throw diskError(this.#fault, this.#path);
  }
}

async function readState(at: string, content: Content): Promise<ResumeState> {
  try {
    return decodeRecord(content, await readFile(at)) ?? unknownState(content);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return emptyState(content);
    throw error;
  }
}

/** The file has either its old content or, durably, all of the new one. */
async function replaceFile(at: string, bytes: Uint8Array): Promise<void> {
  const draft = `${at}.new`;
  const file = await open(draft, 'w', 0o600);
  try {
    await writeFully(file.fd, bytes, 0);
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(draft, at);
  await syncFolder(path.dirname(at));
}
