/**
 * What a hash worker is asked for. Lengths and offsets are bytes; `treeBytes` is what each piece's tree
 * spans.
 */
export type Job =
  | StoreJob
  /** Hashes of the 16 KiB blocks of some memory. */
  | { readonly kind: 'leaves'; readonly bytes: Uint8Array }
  /** Roots of the pieces of a part of a file, read by the worker. */
  | FileJob
  /** Pieces root out of a whole piece layer. */
  | { readonly kind: 'layer'; readonly layer: Uint8Array; readonly pieceLength: number };

/** Root of one piece in memory, which is written to its place in an open file if that is `expected`. */
export interface StoreJob {
  readonly kind: 'store';
  readonly bytes: Uint8Array;
  readonly treeBytes: number;
  readonly expected: Uint8Array;
  readonly fd: number;
  readonly offset: number;
}

export interface FileJob {
  readonly kind: 'file';
  readonly path: string;
  readonly offset: number;
  readonly length: number;
  readonly pieceLength: number;
  readonly treeBytes: number;
  /** What the file's size must be; undefined if it may still grow. */
  readonly fileLength: number | undefined;
}

export interface JobRequest {
  readonly id: number;
  readonly job: Job;
}

export type JobAnswer =
  { readonly id: number; readonly hashes: Uint8Array } | { readonly id: number; readonly fault: JobFault };

/** `changed`: the file is shorter or longer than it should be. Otherwise the system's error code, or none. */
export interface JobFault {
  readonly changed: boolean;
  readonly code: string | undefined;
  readonly text: string;
}
