import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode, toUserId } from '../../base/index.ts';
import { type SignedRecord, foldLabel } from '../../records/index.ts';
import { RecordLog } from './record-log.ts';
import { RECORDS_FILE, userDirOf } from './user-session.ts';

/**
 * The own records of the user who claimed this label, as this machine kept them; empty if it never logged in here.
 * With them the user can log in again at trackers that have lost everything.
 */
export async function keptAccount(usersDir: string, label: string): Promise<SignedRecord[]> {
  for (const name of await foldersIn(usersDir)) {
    const uid = toUserId(name);
    if (uid === undefined) continue;
    const path = join(userDirOf(usersDir, uid), RECORDS_FILE);
    const { records } = await RecordLog.open(path, () => undefined);
    const own = records.filter(({ author }) => author === uid);
    const claims = own.some(
      ({ kind, parts }) =>
        kind === 'name' && 'folded' in parts && parts.folded === foldLabel(label) && parts.id === uid,
    );
    if (claims) return own;
  }
  return [];
}

async function foldersIn(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}
