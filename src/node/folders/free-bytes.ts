import { statfs } from 'node:fs/promises';
import { diskError } from '../../base/index.ts';

/** Bytes that this user may still write on the disk of a folder. Rejects with what the disk says. */
export async function freeBytesOn(folder: string): Promise<number> {
  const disk = await statfs(folder).catch((error: unknown) => {
    throw diskError(error, folder);
  });
  return disk.bavail * disk.bsize;
}
