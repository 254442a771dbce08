import { open } from 'node:fs/promises';
import { systemCode } from './errors.ts';

/** What systems answer where folders can't be opened or synced: Windows, some network disks, a folder one may not list. */
const CANNOT = ['EISDIR', 'EPERM', 'EINVAL', 'EACCES'];

/** Makes new names in `folder` last. Where that can't be done the system does it in its own time. */
export async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!CANNOT.includes(systemCode(error) ?? '')) throw error;
  }
}
