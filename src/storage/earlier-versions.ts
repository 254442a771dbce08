import { lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { diskError, syncFolder, systemCode } from '../base/index.ts';
import { foldName } from '../metainfo/index.ts';

/** In a folder that is kept in step: what is on its way there, and what was there before. Hidden, so that it is not shared. */
const ASIDE = '.mini-bittorrent';
/** Earlier versions of one file or folder that are kept. */
const EARLIER_MAX = 3;

/** Whether a program of ours uses this name in a folder that it keeps in step, on whatever disk. */
export const isAsideName = (name: string): boolean => foldName(name) === foldName(ASIDE);

/** Where newer versions of what stands in `folder` are put together. Rejects with what the disk says. */
export async function incomingFolder(folder: string): Promise<string> {
  const incoming = path.join(folder, ASIDE, 'incoming');
  await mkdir(incoming, { recursive: true }).catch((error: unknown) => {
    throw diskError(error, incoming);
  });
  return incoming;
}

/**
 * Moves the file or folder at `root` to the earlier versions that are kept beside it, where it is called by the time; of more than
 * three the oldest are deleted. Resolves to its new path. Rejects with what the disk says: then it stands where it stood.
 */
export async function putAside(root: string, atMs: number): Promise<string> {
  const { base, ext } = path.parse(root);
  const shelf = path.join(path.dirname(root), ASIDE, 'earlier', base);
  try {
    await mkdir(shelf, { recursive: true });
    const isFolder = (await lstat(root)).isDirectory();
    const at = await freeName(shelf, atMs, isFolder ? '' : ext);
    await rename(root, at);
    // Of too many, what can't be deleted does no harm.
    await dropOldest(shelf).catch(() => undefined);
    await syncFolder(shelf).catch(() => undefined);
    return at;
  } catch (error) {
    throw diskError(error, root);
  }
}

async function freeName(shelf: string, atMs: number, ext: string): Promise<string> {
  for (let second = Math.floor(atMs / 1_000); ; second += 1) {
    const at = path.join(shelf, `${timeName(second * 1_000)}${ext}`);
    if (!(await isThere(at))) return at;
  }
}

/** As clocks here show it, in the order of time, in letters that every disk takes. */
function timeName(atMs: number): string {
  const at = new Date(atMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join('-');
  return `${day} ${[at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join('.')}`;
}

const TIME_NAME = /^\d{4}-\d\d-\d\d \d\d\.\d\d\.\d\d/;

async function dropOldest(shelf: string): Promise<void> {
  const names = (await readdir(shelf)).filter((name) => TIME_NAME.test(name)).toSorted();
  for (const name of names.slice(0, -EARLIER_MAX)) await rm(path.join(shelf, name), { recursive: true });
}

async function isThere(at: string): Promise<boolean> {
  try {
    await lstat(at);
    return true;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}
