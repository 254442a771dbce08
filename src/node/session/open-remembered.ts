import { trackerApi } from '../../api/index.ts';
import { type Clock, CommandError, type UserId } from '../../base/index.ts';
import { identityCertificate, toPem } from '../../identity/index.ts';
import { recordKey } from '../../records/index.ts';
import type { OpenedAccount } from './accounts.ts';
import { keptRecordsOf } from './kept-account.ts';
import { verified } from './opaque-talk.ts';
import type { RememberedAccount } from './remembered.ts';
import { putAll } from './sync.ts';
import type { TrackerApi } from './tracker-link.ts';
import type { Trackers } from './trackers.ts';

/**
 * The account again by what was kept of it, at any one tracker. The password may have been changed since: the keys of an
 * account stay. Rejects with NO_TRACKER, TRACKER_CHANGED, or NO_SUCH_USER where the trackers have forgotten the account
 * and this machine can't tell them.
 */
export async function openRemembered(
  kept: RememberedAccount,
  trackers: Trackers,
  usersDir: string,
  clock: Clock,
): Promise<OpenedAccount> {
  const { keys, clusterId, user } = kept;
  const { id } = await trackers.cluster();
  if (id !== clusterId) {
    throw new CommandError(
      'TRACKER_CHANGED',
      `${user} is remembered here for the cluster ${clusterId.slice(0, 16)}…, but the trackers of the list are of ${id.slice(0, 16)}…: use the list of before, or log in with a password`,
    );
  }
  const certificatePem = await identityCertificate(keys.identity, clock.wallMs());
  await trackers.identify({ certificatePem, privateKeyPem: toPem(keys.identity.privateKey, 'PRIVATE KEY') });
  try {
    const records = await userRecord(kept, trackers, usersDir);
    return { keys, clusterId, records };
  } finally {
    await trackers.identify(undefined);
  }
}

async function userRecord(
  { keys: { uid }, clusterId, user }: RememberedAccount,
  trackers: Trackers,
  usersDir: string,
): Promise<OpenedAccount['records']> {
  const read = () => trackers.call((api) => readUser(api, uid, clusterId, user));
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof CommandError) || error.code !== 'NO_SUCH_USER') throw error;
    const own = await keptRecordsOf(usersDir, uid);
    if (own.length === 0) throw error;
    await trackers.call((api) => putAll(api, own));
    return read();
  }
}

async function readUser(
  api: TrackerApi,
  uid: UserId,
  clusterId: string,
  user: string,
): Promise<OpenedAccount['records']> {
  const key = recordKey.user(uid);
  const { records } = await api.call(trackerApi.listRecords, { query: { prefix: key } });
  const own = verified(records, clusterId).filter((record) => record.key === key);
  if (own.length > 0) return own;
  throw new CommandError(
    'NO_SUCH_USER',
    `${user} is remembered here, but the trackers know no such account any more: is it the right list of trackers? logout forgets it`,
  );
}
