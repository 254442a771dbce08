import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';
import { systemCode } from '../base/index.ts';

/**
 * The path by which the disk knows `wanted`: the same, or one whose names below `base` are spelt in another
 * Unicode form (macOS writes decomposed names). Undefined if there is nothing. Links are not followed below
 * `base`.
 */
export async function findOnDisk(base: string, names: readonly string[]): Promise<string | undefined> {
  const asSpelt = path.join(base, ...names);
  if (await exists(asSpelt)) return asSpelt;
  let here = base;
  for (const name of names) {
    const found = await findIn(here, name);
    if (found === undefined) return undefined;
    here = path.join(here, found);
  }
  return here;
}

/** As `findOnDisk` for an absolute path that a person typed. */
export function findPath(absolute: string): Promise<string | undefined> {
  const { root } = path.parse(absolute);
  return findOnDisk(root, absolute.slice(root.length).split(path.sep).filter(Boolean));
}

async function findIn(folder: string, name: string): Promise<string | undefined> {
  if (await exists(path.join(folder, name))) return name;
  const wanted = name.normalize('NFC');
  return (await namesIn(folder)).find((entry) => entry.normalize('NFC') === wanted);
}

/** What stands in a folder; nothing if there is no such folder, or it may be passed but not listed. */
export async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'].includes(systemCode(error) ?? '')) return [];
    throw error;
  }
}

async function exists(at: string): Promise<boolean> {
  try {
    await lstat(at);
    return true;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return false;
    throw error;
  }
}
