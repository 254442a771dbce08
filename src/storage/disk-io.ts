import { close, constants, fdatasync, ftruncate, fstat, open, read, write } from 'node:fs';
import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { CommandError } from '../base/index.ts';

const openFd = promisify(open);
export const closeFd = promisify(close);
export const extendFd = promisify(ftruncate);
export const statFd = promisify(fstat);
export const syncFd = promisify(fdatasync);

/** Windows has no such flag; there, links need a privilege to be made. */
const NO_LINK = constants.O_NOFOLLOW ?? 0;
export const OPEN_TO_READ = constants.O_RDONLY | NO_LINK;
export const OPEN_TO_WRITE = constants.O_RDWR | NO_LINK;
export const CREATE_TO_WRITE = OPEN_TO_WRITE | constants.O_CREAT | constants.O_EXCL;

/**
 * Opens the file `at`, provided that it lies where its path says: neither it nor a folder below `realBase`,
 * which is free of links, is one. Rejects with the system's error, or REFUSED.
 */
export async function openInside(realBase: string, at: string, flags: number): Promise<number> {
  const folder = path.dirname(at);
  if ((await realpath(folder)) !== folder || !isBelow(realBase, folder)) {
    throw new CommandError('REFUSED', `${folder}: a link has taken the place of a folder: remove it`);
  }
  return openFd(at, flags, 0o666);
}

const isBelow = (base: string, at: string): boolean =>
  at === base || at.startsWith(base.endsWith(path.sep) ? base : base + path.sep);

/** Fills `into` from `offset` on; false if the file ends before. */
export async function readFully(fd: number, into: Uint8Array, offset: number): Promise<boolean> {
  for (let done = 0; done < into.length;) {
    const count = await readSome(fd, into, done, offset + done);
    if (count === 0) return false;
    done += count;
  }
  return true;
}

export async function writeFully(fd: number, bytes: Uint8Array, offset: number): Promise<void> {
  for (let done = 0; done < bytes.length;) done += await writeSome(fd, bytes, done, offset + done);
}

// Not promisify: its result objects cost as much as the call.
function readSome(fd: number, into: Uint8Array, at: number, offset: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(fd, into, at, into.length - at, offset, (error, count) => (error ? reject(error) : resolve(count)));
  });
}

function writeSome(fd: number, bytes: Uint8Array, at: number, offset: number): Promise<number> {
  return new Promise((resolve, reject) => {
    write(fd, bytes, at, bytes.length - at, offset, (error, count) =>
      error ? reject(error) : resolve(count),
    );
  });
}
