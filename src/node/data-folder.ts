import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { type Clock, CommandError, diskError, systemCode } from '../base/index.ts';
import { type FolderLock, lockFolder } from './folder-lock.ts';

/** Clients on one machine with data folders by default. */
const FOLDERS_MAX = 100;

export interface DataFolder {
  readonly path: string;
  readonly lock: FolderLock;
}

/**
 * The folder of this process's data, made if need be and locked: `given`, or the first of `client-1`, `client-2`, …
 * beside the list of trackers that nobody uses (in the home folder where that place can't be written). Rejects with
 * CONFLICT where `given` is in use, or what the disk says where it can't be made.
 */
export async function openDataFolder(
  given: string | undefined,
  trackersFile: string,
  clock: Clock,
): Promise<DataFolder> {
  if (given !== undefined) return openGiven(resolve(given), clock);
  for (const base of [dirname(resolve(trackersFile)), join(homedir(), '.mini-bittorrent')]) {
    const folder = await firstUnused(base, clock);
    if (folder) return folder;
  }
  throw new CommandError('IO_ERROR', 'no data folder can be made here or at home; name one by --data <dir>');
}

async function openGiven(path: string, clock: Clock): Promise<DataFolder> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    const lock = await lockFolder(path, clock);
    if (lock) return { path, lock };
  } catch (error) {
    throw diskError(error, path);
  }
  throw new CommandError(
    'CONFLICT',
    `another client uses ${path}: end it, or name another folder by --data <dir>`,
  );
}

async function firstUnused(base: string, clock: Clock): Promise<DataFolder | undefined> {
  for (let n = 1; n <= FOLDERS_MAX; n += 1) {
    const path = join(base, `client-${n}`);
    try {
      await mkdir(path, { recursive: true, mode: 0o700 });
      const lock = await lockFolder(path, clock);
      if (lock) return { path, lock };
    } catch (error) {
      if (systemCode(error) === undefined) throw error;
      return undefined;
    }
  }
  return undefined;
}
