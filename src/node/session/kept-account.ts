import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode, toUserId, type UserId } from '../../base/index.ts';
import { type SignedRecord, foldLabel } from '../../records/index.ts';
import { RecordLog } from './record-log.ts';
import { RECORDS_FILE, userDirOf } from './user-session.ts';

/** The own records of this user, as this machine kept them; empty if it never logged in here. */
export async function keptRecordsOf(usersDir: string, uid: UserId): Promise<SignedRecord[]> {
  const path = join(userDirOf(usersDir, uid), RECORDS_FILE);
  const { records } = await RecordLog.open(path, () => undefined);
  return records.filter(({ author }) => author === uid);
}

/**
 * The own records of the user who claimed this label, as this machine kept them; empty if it never logged in here.
 * With them the user can log in again at trackers that have lost everything.
 */
export async function keptAccount(usersDir: string, label: string): Promise<SignedRecord[]> {
  for (const name of await foldersIn(usersDir)) {
    const uid = toUserId(name);
    if (uid === undefined) continue;
    const own = await keptRecordsOf(usersDir, uid);
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
