import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { seededChance, sleep, systemClock } from '../../src/base/index.ts';
import type { DownloadRow } from '../../src/node/commands.ts';
import type { WorldUser } from '../support/transfer-world.ts';

/** Bytes that do not repeat, the same for the same seed. */
export function noise(bytes: number, seed = 1): Buffer {
  const chance = seededChance(seed);
  const buffer = Buffer.alloc(bytes);
  for (let at = 0; at + 4 <= bytes; at += 4) buffer.writeUInt32LE(Math.floor(chance() * 2 ** 32), at);
  return buffer;
}

/** A file among the user's own. */
export async function fileOf(user: WorldUser, name: string, bytes: Uint8Array): Promise<string> {
  const path = join(user.files, name);
  await writeFile(path, bytes);
  return path;
}

/** Waits until `condition` holds; fails after `limitMs` with what `describe` says then. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  describe: () => unknown = () => '',
  limitMs = 20_000,
): Promise<void> {
  const endMs = systemClock.nowMs() + limitMs;
  while (!(await condition())) {
    if (systemClock.nowMs() > endMs)
      throw new Error(`it never came about: ${JSON.stringify(await describe())}`);
    await sleep(systemClock, 10);
  }
}

/** The row of the user's only download. */
export async function onlyRow(user: WorldUser): Promise<DownloadRow> {
  const [row] = await user.transfers.showDownloads();
  if (row === undefined) throw new Error('no download');
  return row;
}

/** Open files and sockets of this process. */
export async function openHandles(): Promise<number> {
  return (await readdir('/proc/self/fd')).length;
}
