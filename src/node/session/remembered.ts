import { chmod, rm, stat } from 'node:fs/promises';
import { z } from 'zod';
import {
  CommandError,
  diskError,
  fromBase64Url,
  systemCode,
  toBase64Url,
  toUserId,
  type UserId,
} from '../../base/index.ts';
import { userIdOf } from '../../identity/index.ts';
import { readPrivateFile, writePrivateFile } from '../private-file.ts';
import { type AccountKeys, keyPairOf } from './vault.ts';

const ACCOUNT_KEY_BYTES = 32;
const keptSchema = z.object({
  format: z.literal(1),
  /** The cluster at whose trackers the account is. */
  cluster: z.string(),
  user: z.string(),
  uid: z.string(),
  /** K, base64url: it opens every key of the account, before and after a change of the password. */
  accountKey: z.string(),
  /** The identity key, PKCS#8, base64url: with it any tracker is reached, when nothing else is left here. */
  identity: z.string(),
});

/** Who stays logged in across restarts. */
export interface RememberedAccount {
  readonly keys: AccountKeys;
  readonly clusterId: string;
  /** The label at the time. */
  readonly user: string;
}

/** The file that keeps who is logged in, for this system user's eyes alone. It never holds a password. */
export class Remembered {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Rejects with what the disk says. */
  async keep({ keys, clusterId, user }: RememberedAccount): Promise<void> {
    const kept: z.infer<typeof keptSchema> = {
      format: 1,
      cluster: clusterId,
      user,
      uid: keys.uid,
      accountKey: toBase64Url(keys.accountKey),
      identity: toBase64Url(keys.identity.privateKey),
    };
    try {
      await writePrivateFile(this.#path, `${JSON.stringify(kept)}\n`);
    } catch (error) {
      throw diskError(error, this.#path);
    }
  }

  /**
   * Undefined where nothing is kept. Rejects with IO_ERROR where the file is damaged, PERMISSION_DENIED where others than
   * its owner could have read or written it.
   */
  async find(): Promise<RememberedAccount | undefined> {
    const bytes = await this.#read();
    if (bytes === undefined) return undefined;
    const account = parse(Buffer.from(bytes).toString('utf8'));
    if (account) return account;
    throw new CommandError(
      'IO_ERROR',
      `${this.#path}, which kept you logged in, is damaged: log in with your password (it is then written anew, if you want that)`,
    );
  }

  /** True if something was kept. */
  async forget(): Promise<boolean> {
    try {
      await rm(this.#path);
      return true;
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return false;
      throw diskError(error, this.#path);
    }
  }

  async #read(): Promise<Uint8Array | undefined> {
    try {
      const bytes = await readPrivateFile(this.#path);
      if (bytes !== undefined) await this.#requirePrivate();
      return bytes;
    } catch (error) {
      throw error instanceof CommandError ? error : diskError(error, this.#path);
    }
  }

  /** As SSH does with its keys: one that others could read is not used, so that somebody notices. */
  async #requirePrivate(): Promise<void> {
    const { mode } = await stat(this.#path);
    if (process.platform === 'win32' || (mode & 0o077) === 0) return;
    await chmod(this.#path, 0o600);
    throw new CommandError(
      'PERMISSION_DENIED',
      `other users of this machine could read ${this.#path}, which keeps you logged in. They can't any more. If you trust them, try again; if not, make a new account: who has a copy of the file can be you`,
    );
  }
}

function parse(text: string): RememberedAccount | undefined {
  try {
    const { uid: id, user, cluster, accountKey, identity } = keptSchema.parse(JSON.parse(text));
    const keys = keysOf(toUserId(id), fromBase64Url(accountKey), fromBase64Url(identity));
    return keys && { keys, clusterId: cluster, user };
  } catch {
    return undefined;
  }
}

function keysOf(
  uid: UserId | undefined,
  accountKey: Uint8Array,
  privateKey: Uint8Array,
): AccountKeys | undefined {
  const identity = keyPairOf(privateKey);
  if (!identity || uid === undefined || userIdOf(identity.publicKey) !== uid) return undefined;
  return accountKey.length === ACCOUNT_KEY_BYTES ? { uid, identity, accountKey } : undefined;
}
