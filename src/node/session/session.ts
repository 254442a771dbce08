import { localRows, type TrackerList } from '../../api/index.ts';
import { type Clock, CommandError, Gate, type Logger } from '../../base/index.ts';
import { keyCode } from '../../identity/index.ts';
import type { CreatedUser, NodeEvent, Whoami } from '../commands.ts';
import type { PeerAddress } from '../seams.ts';
import { Accounts, type OpenedAccount } from './accounts.ts';
import { ClusterTrust } from './cluster-trust.ts';
import { keptAccount } from './kept-account.ts';
import type { TellChange } from './list-watch.ts';
import type { WriteTargets } from './record-writer.ts';
import { putAll } from './sync.ts';
import { openRemembered } from './open-remembered.ts';
import { Remembered, type RememberedAccount } from './remembered.ts';
import { Trackers } from './trackers.ts';
import { UserSession } from './user-session.ts';

export interface SessionOptions {
  readonly list: TrackerList;
  /** File that keeps which cluster is trusted. */
  readonly trustFile: string;
  /** Folder with one folder per user. */
  readonly usersDir: string;
  /** File that keeps who stays logged in. */
  readonly rememberFile: string;
  readonly refuseWeakPasswords: boolean;
  readonly clock: Clock;
  readonly log: Logger;
  readonly emit: (event: NodeEvent) => void;
  /** Told of lists that may show something else now. */
  readonly changed: TellChange;
}

/** What goes with a log-in besides the session's own: told when it stands, before log-in is done, and before it ends. */
export interface LoginCompanion<T> {
  begin(session: UserSession): Promise<T>;
  end(): Promise<void>;
}

/** Where this process's peers connect. */
export interface OwnAddress {
  readonly port: number;
  readonly addresses: readonly PeerAddress[];
}
/** Who is logged in now, and what the companion says of it. */
export interface LogIn<T> {
  readonly user: string;
  readonly begun: T;
}

const ALL_LISTS = localRows.nodeChange.unwrap().shape.what.options;

/** Who is logged in, if anyone, and the commands that need nobody to be. One of log-in and log-out at a time. */
export class Session<T> {
  readonly trackers: Trackers;
  readonly #options: SessionOptions;
  readonly #companion: LoginCompanion<T>;
  readonly #accounts: Accounts;
  readonly #remembered: Remembered;
  readonly #turns = new Gate(1);
  #user: UserSession | undefined;

  private constructor(options: SessionOptions, trust: ClusterTrust, companion: LoginCompanion<T>) {
    this.#options = options;
    this.#companion = companion;
    this.#remembered = new Remembered(options.rememberFile);
    this.trackers = new Trackers(options.list, trust, options.clock, options.log);
    const warn = (text: string): void => options.emit({ type: 'warning', text });
    const targets: WriteTargets = { trackers: this.trackers, clock: options.clock, warn };
    this.#accounts = new Accounts(targets, options.refuseWeakPasswords);
  }

  /** Rejects with TRACKER_CHANGED where the list contradicts what is trusted here. */
  static async open<T>(options: SessionOptions, companion: LoginCompanion<T>): Promise<Session<T>> {
    return new Session(options, await ClusterTrust.open(options.list, options.trustFile), companion);
  }

  get user(): UserSession | undefined {
    return this.#user;
  }

  /** Throws NOT_LOGGED_IN. */
  requireUser(): UserSession {
    if (this.#user) return this.#user;
    throw new CommandError(
      'NOT_LOGGED_IN',
      'nobody is logged in: login <user_id>, or create_user <user_id> first',
    );
  }

  createUser(user: string, password: string): Promise<CreatedUser> {
    return this.#accounts.create(user, password);
  }

  recoverUser(user: string, code: string, newPassword: string): Promise<CreatedUser> {
    return this.#accounts.recover(user, code, newPassword);
  }

  async changePassword(oldPassword: string, newPassword: string): Promise<void> {
    const user = this.requireUser();
    await this.#accounts.changePassword(user.keys, user.label, oldPassword, newPassword, user.store);
  }

  /** `remember`: stays logged in across restarts; what was kept before is forgotten in any case. */
  login(label: string, password: string, address: OwnAddress, remember: boolean): Promise<LogIn<T>> {
    return this.#turns.run(async () => {
      this.#requireNobody();
      const account = await this.#openAccount(label, password);
      const done = await this.#begin(account, label, address);
      await this.#keep(remember ? { ...account, user: done.user } : undefined);
      return done;
    });
  }

  /** By what `remember` kept; undefined where nothing is. Rejects as `Remembered.find` and `openRemembered`. */
  loginRemembered(address: OwnAddress): Promise<LogIn<T> | undefined> {
    return this.#turns.run(async () => {
      this.#requireNobody();
      const kept = await this.#remembered.find();
      if (!kept) return undefined;
      const { usersDir, clock } = this.#options;
      return this.#begin(await openRemembered(kept, this.trackers, usersDir, clock), kept.user, address);
    });
  }

  /** Also forgets who would be logged in at the next start. */
  async logout(): Promise<void> {
    const wasIn = this.#user !== undefined;
    await this.#end();
    const forgotten = await this.#turns.run(() => this.#remembered.forget());
    if (!wasIn && !forgotten) this.requireUser();
  }

  whoami(): Whoami {
    const user = this.requireUser();
    const { identity } = user.keys;
    const trackers = this.trackers.connected.length;
    return { user: user.label, userId: user.uid, code: keyCode(identity.publicKey), trackers };
  }

  async close(): Promise<void> {
    await this.#end();
    await this.trackers.close();
  }

  #requireNobody(): void {
    if (!this.#user) return;
    throw new CommandError('ALREADY_LOGGED_IN', `${this.#user.label} is logged in here; logout first`);
  }

  async #begin(account: OpenedAccount, label: string, address: OwnAddress): Promise<LogIn<T>> {
    const { trackers } = this;
    const user = await UserSession.open({ ...this.#options, ...address, account, label, trackers });
    try {
      const begun = await this.#companion.begin(user);
      this.#user = user;
      this.#tellChanged();
      return { user: user.label, begun };
    } catch (error) {
      await this.#companion.end();
      await user.close();
      throw error;
    }
  }

  /** Who is logged in is so whatever the disk says. */
  async #keep(account: RememberedAccount | undefined): Promise<void> {
    try {
      if (account) await this.#remembered.keep(account);
      else await this.#remembered.forget();
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      const text = account
        ? 'you are logged in, but will not be after a restart'
        : 'who was logged in before may be again after a restart';
      this.#options.emit({ type: 'warning', text: `${text}: ${error.message}` });
    }
  }

  #end(): Promise<void> {
    return this.#turns.run(async () => {
      const user = this.#user;
      this.#user = undefined;
      if (!user) return;
      await this.#companion.end();
      await user.close();
      this.#tellChanged();
    });
  }

  /** Somebody else is logged in, or nobody: every list shows something else. */
  #tellChanged(): void {
    for (const what of ALL_LISTS) this.#options.changed(what);
  }

  /** Trackers that have lost everything are told of the user by what this machine kept, and asked again. */
  async #openAccount(label: string, password: string): Promise<OpenedAccount> {
    try {
      return await this.#accounts.open(label, password);
    } catch (error) {
      if (!(error instanceof CommandError) || error.code !== 'NO_SUCH_USER') throw error;
      const kept = await keptAccount(this.#options.usersDir, label);
      if (kept.length === 0) throw error;
      await this.trackers.call((api) => putAll(api, kept));
      return this.#accounts.open(label, password);
    }
  }
}
