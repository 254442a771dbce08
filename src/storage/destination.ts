import type { Stats } from 'node:fs';
import { lstat, realpath, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import { CommandError, diskError, systemCode } from '../base/index.ts';
import { checkName, checkNameOn, foldName, type Content } from '../metainfo/index.ts';
import { findPath, namesIn } from './disk-names.ts';

/**
 * Where a content called `name` goes if a person says `destination`: into it if that is a folder; else that
 * is the new name, in a folder that must exist. The result is absolute, its folder free of links. Rejects
 * with FILE_NOT_FOUND, INVALID_NAME, PERMISSION_DENIED or IO_ERROR.
 */
export async function resolveDestination(destination: string, name: string): Promise<string> {
  const absolute = path.resolve(destination);
  try {
    const found = (await findPath(absolute)) ?? absolute;
    if ((await statOrNothing(found))?.isDirectory()) return path.join(await realpath(found), safeName(name));
    const parent = (await findPath(path.dirname(absolute))) ?? path.dirname(absolute);
    if (!(await statOrNothing(parent))?.isDirectory() || destination.endsWith(path.sep)) {
      throw new CommandError('FILE_NOT_FOUND', `${destination}: there is no such folder: create it first`);
    }
    return path.join(await realpath(parent), safeName(path.basename(absolute)));
  } catch (error) {
    throw diskError(error, absolute);
  }
}

/** `same-size`: a file that may be the content already, to be checked by hashing and never written to. */
export type DestinationState = 'free' | 'same-size' | 'taken';

/**
 * What stands at `root`, where the content is to go. A name that differs in case or Unicode form alone
 * counts, for on some systems it is the same file. `at` is its path.
 */
export async function examineDestination(
  root: string,
  content: Pick<Content, 'isFolder' | 'size'>,
): Promise<{ state: DestinationState; at: string }> {
  try {
    const wanted = path.basename(root);
    const folder = path.dirname(root);
    const names = (await namesIn(folder)).filter((entry) => foldName(entry) === foldName(wanted));
    if (names.length === 0) return { state: (await linkStat(root)) ? 'taken' : 'free', at: root };
    const same = names.find((entry) => entry.normalize('NFC') === wanted.normalize('NFC'));
    const at = path.join(folder, same ?? (names[0] as string));
    const there = await linkStat(at);
    const mayBeIt = same !== undefined && !content.isFolder && there?.isFile() && there.size === content.size;
    return { state: mayBeIt ? 'same-size' : 'taken', at };
  } catch (error) {
    throw diskError(error, root);
  }
}

/** Bytes that this user may still write on the disk of a folder. Rejects with what the disk says. */
export async function freeBytesOn(folder: string): Promise<number> {
  const disk = await statfs(folder).catch((error: unknown) => {
    throw diskError(error, folder);
  });
  return disk.bavail * disk.bsize;
}

/** Rejects with NO_SPACE if the disk that holds `folder` has not `bytes` left. */
export async function checkFreeSpace(folder: string, bytes: number): Promise<void> {
  const free = await freeBytesOn(folder);
  if (free >= bytes) return;
  throw new CommandError(
    'NO_SPACE',
    `${folder}: ${bytes} bytes are needed and ${free} are free: free some space, then go on`,
  );
}

function safeName(name: string): string {
  const fault = checkName(name.normalize('NFC')) ?? checkNameOn(process.platform, name);
  if (fault === undefined) return name;
  throw new CommandError(
    'INVALID_NAME',
    `${JSON.stringify(name)} can't be used: ${fault}: give another name`,
  );
}

async function statOrNothing(at: string): Promise<Stats | undefined> {
  return stat(at).catch(nothingIfAbsent);
}

async function linkStat(at: string): Promise<Stats | undefined> {
  return lstat(at).catch(nothingIfAbsent);
}

function nothingIfAbsent(error: unknown): undefined {
  if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return undefined;
  throw error;
}
