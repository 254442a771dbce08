import type { Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { CommandError, sha256Hex, systemCode, utf8 } from '../../base/index.ts';
import { scanFolder, stampOf, type FileStamp } from '../../storage/index.ts';
import { isUnfinished } from './left-out.ts';

/** What stood in a watched folder when it was looked at: a file, or a folder with its files. */
export interface EntryLook {
  /** Equal looks have equal digests: names, sizes and times of all files. */
  readonly digest: string;
  /** In the order of the content's files. */
  readonly stamps: readonly FileStamp[];
  /** A program is at work in the folder, as the name of a file there says. */
  readonly isUnfinished: boolean;
}

/** Undefined if there is nothing, or nothing to share yet. Rejects with CommandError for what can't be shared. */
export async function lookAtEntry(path: string): Promise<EntryLook | undefined> {
  const stat = await statOf(path);
  if (stat === undefined) return undefined;
  if (stat.isFile()) return lookOf([['', stampOf(stat)]], false);
  if (!stat.isDirectory()) throw notShared(path, stat);
  try {
    const { files } = await scanFolder(path);
    const named = files.map((file): Named => [file.path.join('/'), file.stamp]);
    return lookOf(
      named,
      files.some((file) => isUnfinished(file.path.at(-1) ?? '')),
    );
  } catch (error) {
    if (isCode(error, 'NOTHING_TO_SHARE') || isCode(error, 'FILE_NOT_FOUND')) return undefined;
    throw error;
  }
}

type Named = readonly [name: string, stamp: FileStamp];

function lookOf(files: readonly Named[], unfinished: boolean): EntryLook {
  const facts = files.map(([name, { size, mtimeMs }]) => [name, size, mtimeMs]);
  const digest = sha256Hex(utf8(JSON.stringify(facts)));
  return { digest, stamps: files.map(([, stamp]) => stamp), isUnfinished: unfinished };
}

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return undefined;
  }
}

const isCode = (error: unknown, code: string): boolean =>
  error instanceof CommandError && error.code === code;

function notShared(path: string, stat: Stats): CommandError {
  const text = stat.isSymbolicLink()
    ? 'it is a link, and links are not shared: put the file itself in its place'
    : 'only files and folders can be shared';
  return new CommandError('REFUSED', `${path}: ${text}`);
}
