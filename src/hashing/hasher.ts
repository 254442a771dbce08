import { availableParallelism } from 'node:os';
import { CommandError, diskError, equalBytes } from '../base/index.ts';
import { fileTreeBytes, HASH_BYTES } from '../metainfo/index.ts';
import type { FileJob, Job } from './job.ts';
import { runInLanes } from './lanes.ts';
import { JobError, WorkerPool } from './worker-pool.ts';

const JOB_BYTES_MIN = 4 * 1024 * 1024;
/** Large jobs leave more of the cores to the hashing itself; towards the end smaller ones let all threads end together. */
const JOB_BYTES_MAX = 32 * 1024 * 1024;
const JOBS_LEFT_PER_WORKER = 4;
const WORKERS_MAX = 16;
/** Files under way at once: enough small ones to fill a message for every worker. */
const FILES_AT_ONCE = 64;

/** What sharing a file needs to know of it. */
export interface FileHashes {
  /** Undefined for an empty file. */
  readonly piecesRoot: Uint8Array | undefined;
  /** Hash of each of its pieces, 32 bytes each, one after another. */
  readonly pieceLayer: Uint8Array;
}

export interface FileToHash {
  readonly path: string;
  /** Bytes; FILE_CHANGED if the file turns out to have another size. */
  readonly length: number;
}

/**
 * Hashes in worker threads, on all cores. Everything rejects with CommandError; INTERRUPTED after `close`.
 */
export interface Hasher {
  /** `onBytes` is told of each part when it is done: the number of bytes in it. */
  hashFile(
    path: string,
    length: number,
    pieceLength: number,
    onBytes: (bytes: number) => void,
    signal: AbortSignal,
  ): Promise<FileHashes>;
  /** As `hashFile` for each, in the given order, small ones many at a time. */
  hashFiles(
    files: readonly FileToHash[],
    pieceLength: number,
    onBytes: (bytes: number) => void,
    signal: AbortSignal,
  ): Promise<FileHashes[]>;
  /**
   * Whether a piece has the root `expected`; if so, it has been written to `place`. `treeBytes` is
   * `pieceTreeBytes(content, piece)`. Goes before all file hashing. The memory is shared, not copied: leave it alone
   * until the answer, and the file open. Rejects with the system's error if the disk refuses.
   */
  storePiece(
    piece: Uint8Array<SharedArrayBuffer>,
    treeBytes: number,
    expected: Uint8Array,
    place: FilePlace,
  ): Promise<boolean>;
  /** Root of one piece as it is on disk; undefined if the file is missing, no plain file, or too short. */
  hashPieceRange(
    path: string,
    offset: number,
    length: number,
    treeBytes: number,
  ): Promise<Uint8Array | undefined>;
  /** SHA-256 of each 16 KiB block, 32 bytes each, one after another. Memory that is not shared is copied. */
  leafHashes(piece: Uint8Array): Promise<Uint8Array>;
  /** Starts a thread now, so that the first job need not wait for it. */
  getReady(): void;
  /** Stops the threads. Idempotent. */
  close(): Promise<void>;
}

/** Where in an open file. */
export interface FilePlace {
  readonly fd: number;
  /** Bytes from the start. */
  readonly offset: number;
}

export interface HasherOptions {
  /** Threads. @default the number of cores, at most 16 */
  readonly workers?: number;
}

export function openHasher(options: HasherOptions = {}): Hasher {
  return new PoolHasher(new WorkerPool(options.workers ?? Math.min(WORKERS_MAX, availableParallelism())));
}

class PoolHasher implements Hasher {
  readonly #pool: WorkerPool;

  constructor(pool: WorkerPool) {
    this.#pool = pool;
  }

  async hashFile(
    path: string,
    length: number,
    pieceLength: number,
    onBytes: (bytes: number) => void,
    signal: AbortSignal,
  ): Promise<FileHashes> {
    throwIfStopped(signal);
    if (length === 0) return { piecesRoot: undefined, pieceLayer: new Uint8Array() };
    const pieceLayer = new Uint8Array(Math.ceil(length / pieceLength) * HASH_BYTES);
    const treeBytes = length > pieceLength ? pieceLength : fileTreeBytes(length);
    const hashPart = async (offset: number, bytes: number): Promise<void> => {
      throwIfStopped(signal);
      const part = { path, offset, length: bytes, pieceLength, treeBytes };
      const roots = await this.#hashPart({ kind: 'file', fileLength: length, ...part }, signal);
      pieceLayer.set(roots, (offset / pieceLength) * HASH_BYTES);
      onBytes(bytes);
    };
    await runInLanes(2 * this.#pool.size, partTasks(length, pieceLength, this.#pool.size, hashPart));
    const piecesRoot =
      length > pieceLength ? await this.#rootOf(pieceLayer, pieceLength) : pieceLayer.slice();
    return { piecesRoot, pieceLayer };
  }

  async hashFiles(
    files: readonly FileToHash[],
    pieceLength: number,
    onBytes: (bytes: number) => void,
    signal: AbortSignal,
  ): Promise<FileHashes[]> {
    const hashes: FileHashes[] = [];
    const tasks = files.map(({ path, length }, at) => async () => {
      hashes[at] = await this.hashFile(path, length, pieceLength, onBytes, signal);
    });
    await runInLanes(FILES_AT_ONCE, tasks);
    return hashes;
  }

  async storePiece(
    piece: Uint8Array<SharedArrayBuffer>,
    treeBytes: number,
    expected: Uint8Array,
    { fd, offset }: FilePlace,
  ): Promise<boolean> {
    const job: Job = { kind: 'store', bytes: piece, treeBytes, expected, fd, offset };
    try {
      return equalBytes(await this.#pool.run(job, piece.length, true), expected);
    } catch (error) {
      throw error instanceof JobError ? systemError(error) : error;
    }
  }

  async hashPieceRange(
    path: string,
    offset: number,
    length: number,
    treeBytes: number,
  ): Promise<Uint8Array | undefined> {
    const job: Job = {
      kind: 'file',
      path,
      offset,
      length,
      pieceLength: length,
      treeBytes,
      fileLength: undefined,
    };
    try {
      return await this.#pool.run(job, length, false);
    } catch (error) {
      if (error instanceof JobError && isAbsent(error)) return undefined;
      throw toCommandError(error, path);
    }
  }

  leafHashes(piece: Uint8Array): Promise<Uint8Array> {
    return this.#pool.run({ kind: 'leaves', bytes: piece }, piece.length, false);
  }

  getReady(): void {
    this.#pool.getReady();
  }

  close(): Promise<void> {
    return this.#pool.close();
  }

  async #hashPart(job: FileJob, signal: AbortSignal): Promise<Uint8Array> {
    try {
      const roots = await this.#pool.run(job, job.length, false);
      throwIfStopped(signal);
      return roots;
    } catch (error) {
      throw toCommandError(error, job.path);
    }
  }

  #rootOf(layer: Uint8Array, pieceLength: number): Promise<Uint8Array> {
    return this.#pool.run({ kind: 'layer', layer, pieceLength }, layer.length, false);
  }
}

/** A power of two, as piece lengths are: jobs hold whole pieces. */
function jobBytes(bytesLeft: number, workers: number): number {
  let bytes = JOB_BYTES_MIN;
  while (bytes < JOB_BYTES_MAX && bytesLeft / (2 * bytes) >= JOBS_LEFT_PER_WORKER * workers) bytes *= 2;
  return bytes;
}

function* partTasks(
  length: number,
  pieceLength: number,
  workers: number,
  hashPart: (offset: number, bytes: number) => Promise<void>,
): Generator<() => Promise<void>> {
  let offset = 0;
  while (offset < length) {
    const begin = offset;
    const bytes = Math.min(length - begin, Math.max(pieceLength, jobBytes(length - begin, workers)));
    offset += bytes;
    yield () => hashPart(begin, bytes);
  }
}

function throwIfStopped(signal: AbortSignal): void {
  if (signal.aborted) throw new CommandError('INTERRUPTED', 'hashing was stopped');
}

const isAbsent = ({ fault }: JobError): boolean =>
  fault.changed || ['ENOENT', 'ENOTDIR', 'ELOOP', 'EISDIR'].includes(fault.code ?? '');

/** As it was in the worker. */
const systemError = ({ fault: { text, code } }: JobError): Error => Object.assign(new Error(text), { code });

function toCommandError(error: unknown, path: string): Error {
  if (!(error instanceof JobError)) return error as Error;
  const { changed } = error.fault;
  if (!changed) return diskError(systemError(error), path);
  return new CommandError(
    'FILE_CHANGED',
    `${path} changed while it was read: share it again when it is complete`,
  );
}
