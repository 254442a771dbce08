import { trackerApi } from '../../api/index.ts';
import { CommandError, type UserId, toBase64Url } from '../../base/index.ts';
import {
  type KeyPair,
  type Unlocker,
  generateKey,
  newAccountKey,
  newRecoveryCode,
  parseRecoveryCode,
  passwordWeakness,
  proofHash,
  unwrapAccountKey,
  userIdOf,
  wrapAccountKey,
} from '../../identity/index.ts';
import {
  type CredentialBody,
  type RecordOf,
  type SignedRecord,
  isLabel,
  recordKey,
  supersedes,
} from '../../records/index.ts';
import type { CreatedUser } from '../commands.ts';
import { invalidName } from './name-book.ts';
import { OpaqueTalk, type RegisteredPassword, verified } from './opaque-talk.ts';
import type { RecordView } from './record-view.ts';
import { type WriteTargets, putRecords } from './record-writer.ts';
import { type AccountKeys, Vault, openSecret } from './vault.ts';

/** An account opened by its password. */
export interface OpenedAccount {
  readonly keys: AccountKeys;
  readonly clusterId: string;
  /** The account's own records as the tracker has them, verified. */
  readonly records: readonly SignedRecord[];
}

/** Has `put` store the records, and keeps book of it. */
export type Store = RecordView['store'];

const PASSWORD_CHARS_MAX = 1_024;

/** Making accounts, opening them, and changing what opens them. Knows nobody as logged in. */
export class Accounts {
  readonly #targets: WriteTargets;
  readonly #refuseWeak: boolean;
  readonly #opaque: OpaqueTalk;

  constructor(targets: WriteTargets, refuseWeak: boolean) {
    this.#targets = targets;
    this.#refuseWeak = refuseWeak;
    this.#opaque = new OpaqueTalk(targets.trackers, targets.clock);
  }

  async create(user: string, password: string): Promise<CreatedUser> {
    if (!isLabel(user)) throw invalidName('user', user);
    const weakness = this.#judge(password, user);
    const clusterId = await this.#clusterId();
    await this.#requireFree(user);
    const identity = generateKey();
    const keys: AccountKeys = { uid: userIdOf(identity.publicKey), identity, accountKey: newAccountKey() };
    const registered = await this.#opaque.register(keys.uid, password, clusterId);
    const recoveryCode = newRecoveryCode();
    const body = { n: 1, ...byPassword(keys, registered), ...byRecovery(keys, recoveryCode) };
    const vault = new Vault(keys, clusterId, () => []);
    await putRecords(this.#targets, [
      vault.sign('user', recordKey.user(keys.uid), { n: 1, label: user }),
      vault.sign('credential', recordKey.credential(keys.uid), body),
      vault.sealKey('identity', '', identity.privateKey),
      vault.sign('name', recordKey.userName(user, keys.uid), { label: user }),
    ]);
    return { user, recoveryCode, ...(weakness !== undefined && { weakness }) };
  }

  /** Rejects with WRONG_PASSWORD, NO_SUCH_USER, TOO_MANY_ATTEMPTS, NO_TRACKER, TRACKER_CHANGED. */
  async open(user: string, password: string): Promise<OpenedAccount> {
    const clusterId = await this.#clusterId();
    const { uid, unlocker, records } = await this.#opaque.prove(user, password, clusterId);
    const credential = credentialOf(records, uid);
    const accountKey = credential && unwrapAccountKey(unlocker, credential.body.wrapByPassword, uid);
    if (!accountKey) {
      throw new CommandError('CONFLICT', 'the password was changed at this moment; log in with the new one');
    }
    return { keys: { uid, identity: identityOf(records, uid, accountKey), accountKey }, clusterId, records };
  }

  /** Opens the account by `newPassword` from now on. Rejects with WRONG_PASSWORD, CONFLICT, WEAK_PASSWORD. */
  async changePassword(
    keys: AccountKeys,
    user: string,
    oldPassword: string,
    newPassword: string,
    store: Store,
  ): Promise<void> {
    this.#judge(newPassword, user);
    const clusterId = await this.#clusterId();
    const { uid, unlocker, records } = await this.#opaque.prove(user, oldPassword, clusterId);
    const current = credentialOf(records, uid);
    if (uid !== keys.uid || !current)
      throw new CommandError('INTERNAL', 'the tracker answered for another user');
    const registered = await this.#opaque.register(uid, newPassword, clusterId);
    const { wrapByRecovery, recoveryProofHash } = current.body;
    const terms = {
      ...byPassword(keys, registered),
      wrapByRecovery,
      recoveryProofHash,
      previous: { hash: current.hash, proof: unlocker.proof },
    };
    await this.#replaceCredential(keys, clusterId, current, terms, store);
  }

  async recover(user: string, code: string, newPassword: string): Promise<CreatedUser> {
    const unlocker = parseRecoveryCode(code);
    if (!unlocker) throw new CommandError('WRONG_CODE', 'that is no recovery code: look for a typing error');
    const weakness = this.#judge(newPassword, user);
    const clusterId = await this.#clusterId();
    const body = { user, proof: toBase64Url(unlocker.proof) };
    const answer = await this.#targets.trackers.call((api) => api.call(trackerApi.recover, { body }));
    const records = verified(answer.records, clusterId);
    const current = newestCredential(records);
    const accountKey = current && unwrapAccountKey(unlocker, current.body.wrapByRecovery, current.author);
    if (!accountKey) {
      throw new CommandError('WRONG_CODE', `that is not the recovery code of ${user}, or it has been used`);
    }
    const uid = current.author;
    const keys = { uid, identity: identityOf(records, uid, accountKey), accountKey };
    const registered = await this.#opaque.register(uid, newPassword, clusterId);
    const recoveryCode = newRecoveryCode();
    await this.#replaceCredential(keys, clusterId, current, {
      ...byPassword(keys, registered),
      ...byRecovery(keys, recoveryCode),
      previous: { hash: current.hash, proof: unlocker.proof },
    });
    return { user, recoveryCode, ...(weakness !== undefined && { weakness }) };
  }

  async #replaceCredential(
    keys: AccountKeys,
    clusterId: string,
    current: RecordOf<'credential'>,
    terms: Omit<CredentialBody, 'n'>,
    store: Store = async (_, put) => void (await put()),
  ): Promise<void> {
    const vault = new Vault(keys, clusterId, () => []);
    const next = vault.sign('credential', current.key, { n: current.body.n + 1, ...terms });
    const expect = { key: current.key, hash: current.hash };
    try {
      await store([next], () => putRecords(this.#targets, [next], expect));
    } catch (error) {
      if (!(error instanceof CommandError) || error.code !== 'CONFLICT') throw error;
      throw new CommandError(
        'CONFLICT',
        'another device changed the password at the same moment: its new password counts, this one does not',
      );
    }
  }

  async #requireFree(user: string): Promise<void> {
    const params = { kind: 'user' as const, label: user };
    try {
      await this.#targets.trackers.call((api) => api.call(trackerApi.name, { params }));
    } catch (error) {
      if (error instanceof CommandError && error.code === 'NO_SUCH_USER') return;
      throw error;
    }
    throw new CommandError('USER_EXISTS', `there is a user ${user} already; choose another name`);
  }

  async #clusterId(): Promise<string> {
    return (await this.#targets.trackers.cluster()).id;
  }

  /** Why the password is weak, if it is. Rejects one that can't be used, and a weak one where that was asked for. */
  #judge(password: string, user: string): string | undefined {
    if (password === '' || password.length > PASSWORD_CHARS_MAX) {
      throw new CommandError('INVALID_ARGUMENTS', `a password has 1 to ${PASSWORD_CHARS_MAX} characters`);
    }
    const weakness = passwordWeakness(password, user);
    if (weakness !== undefined && this.#refuseWeak) {
      throw new CommandError('WEAK_PASSWORD', `${weakness}; choose a better one`);
    }
    return weakness;
  }
}

const byPassword = (keys: AccountKeys, { registration, setup, unlocker }: RegisteredPassword) => ({
  setup,
  registration,
  wrapByPassword: wrapAccountKey(unlocker, keys.accountKey, keys.uid),
  passwordProofHash: proofHash(unlocker.proof),
});

function byRecovery(keys: AccountKeys, code: string) {
  const unlocker = parseRecoveryCode(code) as Unlocker;
  return {
    wrapByRecovery: wrapAccountKey(unlocker, keys.accountKey, keys.uid),
    recoveryProofHash: proofHash(unlocker.proof),
  };
}

const credentialOf = (records: readonly SignedRecord[], uid: UserId): RecordOf<'credential'> | undefined =>
  newestCredential(records.filter(({ author }) => author === uid));

function newestCredential(records: readonly SignedRecord[]): RecordOf<'credential'> | undefined {
  let newest: (SignedRecord & RecordOf<'credential'>) | undefined;
  for (const record of records) {
    if (record.kind === 'credential' && (!newest || supersedes(record, newest))) newest = record;
  }
  return newest;
}

/** The identity key, which only this account's K opens and whose hash is the user's id. */
function identityOf(records: readonly SignedRecord[], uid: UserId, accountKey: Uint8Array): KeyPair {
  for (const record of records) {
    if (record.kind !== 'secret' || record.body.purpose !== 'identity' || record.author !== uid) continue;
    const pair = openSecret(record, uid, accountKey);
    if (pair && userIdOf(pair.publicKey) === uid) return pair;
  }
  throw new CommandError('INTERNAL', 'the tracker did not send this account’s identity key; try again later');
}
