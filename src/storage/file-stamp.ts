import type { Stats } from 'node:fs';

/** By what a changed file is known without reading it. Plain JSON, to be kept with a share. */
export interface FileStamp {
  /** Bytes. */
  readonly size: number;
  /** Time of the last change, as the disk says. */
  readonly mtimeMs: number;
}

export const stampOf = ({ size, mtimeMs }: Stats): FileStamp => ({ size, mtimeMs });

export const sameStamp = (a: FileStamp, b: FileStamp): boolean =>
  a.size === b.size && a.mtimeMs === b.mtimeMs;

/** Of files in the same order. */
export const sameStamps = (a: readonly FileStamp[], b: readonly FileStamp[]): boolean =>
  a.length === b.length && a.every((stamp, at) => sameStamp(stamp, b[at] as FileStamp));
