import { stat } from 'node:fs/promises';
import { CommandError, diskError } from '../../base/index.ts';

/**
 * By which a folder is known again: another one in its place, such as the mount point of a disk that is away, has another. Rejects
 * with what the disk says, or FILE_NOT_FOUND if it is no folder.
 */
export async function folderIdentity(path: string): Promise<string> {
  const found = await stat(path, { bigint: true }).catch((error: unknown) => {
    throw diskError(error, path);
  });
  if (!found.isDirectory()) throw new CommandError('FILE_NOT_FOUND', `${path}: it is no folder: name one`);
  return `${found.dev}:${found.ino}`;
}
