import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type Cancel,
  type Clock,
  CommandError,
  type GroupId,
  type Logger,
  type UserId,
  deferred,
  diskError,
  secretBytes,
  sleep,
  toBase64Url,
} from '../../base/index.ts';
import { identityCertificate, toPem } from '../../identity/index.ts';
import { type RecordOf, type SignedRecord, foldLabel, supersedes } from '../../records/index.ts';
import type { NodeEvent } from '../commands.ts';
import type { GroupGate, PeerAddress, ShareBook, UserAccess } from '../seams.ts';
import type { OpenedAccount, Store } from './accounts.ts';
import { GroupBook } from './group-book.ts';
import { GroupCommands } from './group-commands.ts';
import { GroupDesk } from './group-desk.ts';
import { GroupLists } from './group-lists.ts';
import { IdentityWatch } from './identity-watch.ts';
import { InvitationBook } from './invitation-book.ts';
import { InvitationDesk } from './invitation-desk.ts';
import { InvitedRequests } from './invited-requests.ts';
import { ListWatch, type TellChange } from './list-watch.ts';
import { NameBook } from './name-book.ts';
import type { News } from './news.ts';
import { Notices } from './notices.ts';
import { PresenceService } from './presence-service.ts';
import { RecordLog } from './record-log.ts';
import { RecordView } from './record-view.ts';
import { RecordWriter } from './record-writer.ts';
import { RenameWatch } from './rename-watch.ts';
import { Renewal } from './renewal.ts';
import { shareBook } from './share-book.ts';
import { Sync, putAll } from './sync.ts';
import type { Trackers } from './trackers.ts';
import { UserState } from './user-state.ts';
import { type AccountKeys, Vault } from './vault.ts';

/** How long log-in waits until one tracker has told everything; what comes later comes as news. */
const FIRST_SYNC_MS = 5_000;
/** Labels of people who came into a group are asked for when so much time has passed without another. */
const LABELS_GATHER_MS = 100;

export interface UserSessionOptions {
  readonly account: OpenedAccount;
  /** The label as it was typed at log-in. */
  readonly label: string;
  readonly trackers: Trackers;
  /** Folder with one folder per user. */
  readonly usersDir: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly emit: (event: NodeEvent) => void;
  /** Told of lists that may show something else now. */
  readonly changed: TellChange;
  /** Where this process's peers connect. */
  readonly port: number;
  readonly addresses: readonly PeerAddress[];
}

/** A user's folder, by which one who logs in again is recognised. */
export const userDirOf = (usersDir: string, uid: UserId): string => join(usersDir, uid);
export const RECORDS_FILE = 'records.log';
const STATE_FILE = 'state.json';

/** Everything that exists while a user is logged in. */
export class UserSession {
  readonly uid: UserId;
  readonly commands: GroupCommands;
  readonly lists: GroupLists;
  readonly invitations: InvitationDesk;
  readonly book: GroupBook;
  readonly names: NameBook;
  readonly presence: PresenceService;
  readonly access: UserAccess;
  /** For what commands write outside the groups. */
  readonly store: Store;
  readonly #options: UserSessionOptions;
  readonly #view: RecordView;
  readonly #state: UserState;
  readonly #recordLog: RecordLog;
  readonly #notices: Notices;
  readonly #renames: RenameWatch;
  readonly #renewal: Renewal;
  readonly #identities: IdentityWatch;
  readonly #invited: InvitedRequests;
  readonly #firstSync = deferred<void>();
  #cancelLabels: Cancel | undefined;
  #closing: Promise<void> | undefined;

  private constructor(options: UserSessionOptions, state: UserState, recordLog: RecordLog, view: RecordView) {
    const { account, trackers, clock, log } = options;
    const { clusterId } = account;
    this.#options = options;
    this.#state = state;
    this.#recordLog = recordLog;
    this.#view = view;
    this.uid = account.keys.uid;
    this.store = (records, put) => view.store(records, put);
    const warn = (text: string): void => options.emit({ type: 'warning', text });
    const tell = (news: News): void => options.emit({ type: 'notice', ...news });
    this.#identities = new IdentityWatch(state, (news) => options.emit({ type: 'warning', ...news }));
    const vault = new Vault(account.keys, clusterId, () => view.own());
    this.book = new GroupBook(view, vault, clusterId, () => clock.wallMs());
    this.names = new NameBook(trackers, clusterId, state, (...other) => this.#identities.onName(...other));
    const writer = new RecordWriter({ trackers, clock, warn }, view);
    const desk = new GroupDesk(trackers, this.names, view, this.book);
    this.commands = new GroupCommands({ desk, names: this.names, view, writer, vault, clusterId, clock });
    const invitations = new InvitationBook(state, () => clock.wallMs());
    const { names, book, commands } = this;
    this.lists = new GroupLists({ trackers, desk, names, view, book, invitations, clusterId });
    this.#invited = new InvitedRequests({ book, invitations, commands, names, log, tell });
    this.invitations = new InvitationDesk({
      desk,
      names,
      book: invitations,
      commands,
      trackers: trackers.addresses,
      clusterId,
      clock,
      label: () => this.label,
      onChanged: (gid) => {
        this.#invited.look(gid);
        options.changed('requests', names.known(gid));
      },
    });
    const device = { device: state.data.device, boot: toBase64Url(secretBytes(12)) };
    const { port, addresses } = options;
    this.presence = new PresenceService(this.uid, { ...device, port, addresses }, clock);
    new ListWatch(this.names, this.presence, options.changed).listenTo(view);
    this.#notices = new Notices({ book, names, invitations, state, clock, tell });
    this.#renames = new RenameWatch(this.uid, trackers, this.names, this.book, state, (news) => {
      tell(news);
      for (const what of ['account', 'groups'] as const) options.changed(what);
    });
    this.#renewal = new Renewal(this.book, this.commands, clock, log);
    this.access = {
      uid: this.uid,
      deviceKey: `${this.uid}/${state.data.device}`,
      label: options.label,
      userDir: userDirOf(options.usersDir, this.uid),
      gate: this.#gate(desk),
      presence: this.presence,
      shares: this.#shares(vault, writer),
    };
  }

  /** Rejects with IO_ERROR where this user's files here are damaged, WRONG_PASSWORD for a password that was changed. */
  static async open(options: UserSessionOptions): Promise<UserSession> {
    const { account, usersDir, trackers, emit } = options;
    const { uid, identity } = account.keys;
    const userDir = userDirOf(usersDir, uid);
    await mkdir(userDir, { recursive: true, mode: 0o700 });
    const onFailure = (error: unknown): void =>
      emit({ type: 'warning', text: diskError(error, userDir).message });
    const state = await UserState.open(join(userDir, STATE_FILE), onFailure);
    const { log, records } = await RecordLog.open(join(userDir, RECORDS_FILE), onFailure);
    const view = new RecordView(uid, account.clusterId);
    view.restore(records);
    await refuseOldCredential(view, account, trackers);
    await log.start([...view.all()]);
    const session = new UserSession(options, state, log, view);
    session.#listen();
    for (const record of account.records) view.merge(record, 'own');
    session.names.learn('user', uid, labelIn(account.records, uid, options.label));
    const certificatePem = await identityCertificate(identity, options.clock.wallMs());
    const privateKeyPem = toPem(identity.privateKey, 'PRIVATE KEY');
    await trackers.logIn({ certificatePem, privateKeyPem }, session.#sync());
    await session.#awaitFirstSync();
    return session;
  }

  get keys(): AccountKeys {
    return this.#options.account.keys;
  }

  /** The user's label as it stands now. */
  get label(): string {
    return this.names.known(this.uid);
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#shutDown());
  }

  async #shutDown(): Promise<void> {
    this.book.close();
    this.#notices.close();
    this.#renewal.close();
    this.#invited.close();
    this.#cancelLabels?.();
    await this.presence.goodbye();
    await this.#options.trackers.logOut();
    await this.#recordLog.close();
    await this.#state.settled();
  }

  #sync(): Sync {
    const listener = {
      onSynced: () => {
        this.#firstSync.resolve();
        void this.#renames.look();
        void this.#renewal.look();
        this.#invited.lookAtAll();
      },
      onNameClaim: () => void this.#renames.look(),
      onTracker: (address: string, fault: unknown) => {
        this.#identities.onTracker(address, fault);
        this.#options.changed('trackers');
      },
    };
    return new Sync(this.#view, this.presence, listener, this.#options.log);
  }

  /** The session is good without it as well: what was kept on this machine counts until then. */
  async #awaitFirstSync(): Promise<void> {
    const limit = new AbortController();
    await Promise.race([this.#firstSync.promise, sleep(this.#options.clock, FIRST_SYNC_MS, limit.signal)]);
    limit.abort();
    this.#notices.start();
    this.#invited.start();
  }

  #listen(): void {
    const ownDoing = new Set<GroupId>();
    this.#view.listen({
      onChanged: (record, before, origin) => {
        if (isKept(record, this.uid)) this.#recordLog.append(record);
        if (origin === 'own' && 'gid' in record.parts) ownDoing.add(record.parts.gid);
        if (origin === 'news' && record.kind === 'credential' && before?.kind === 'credential') {
          this.#onPasswordChanged(record, before);
        }
      },
      onGroupsChanged: () => {
        for (const gid of ownDoing) this.#notices.settle(gid);
        ownDoing.clear();
      },
      onFork: (gid) => this.#onFork(gid),
    });
    this.book.onChanged(() => {
      this.#cancelLabels?.();
      this.#cancelLabels = this.#options.clock.after(LABELS_GATHER_MS, () => void this.#learnLabels());
    });
  }

  #onPasswordChanged(record: RecordOf<'credential'>, before: RecordOf<'credential'>): void {
    const text =
      record.body.n === before.body.n
        ? 'another device changed the password at the same moment: its new password counts, not the one set here'
        : 'the password was changed on another device';
    this.#options.emit({ type: 'notice', text });
  }

  #onFork(gid: GroupId): void {
    const text =
      `there are two histories of who owns ${this.names.known(gid)}: this client keeps to the one it knew. ` +
      'Its owner, or a tracker, is not honest: ask the people of the group';
    const group = this.names.known(gid);
    this.#options.emit({ type: 'warning', text, about: 'key-changed', group });
  }

  /** So that peers can be shown by name without asking. */
  async #learnLabels(): Promise<void> {
    const people = [...this.book.states()].flatMap(({ members }) => [...members.keys()]);
    const unknown = people.filter((uid) => !this.names.isKnown(uid));
    if (unknown.length === 0) return;
    await this.names.labelsOf('user', unknown).catch((error: unknown) => {
      if (!(error instanceof CommandError)) throw error;
    });
  }

  #gate(desk: GroupDesk): GroupGate {
    const { book, names, lists } = this;
    const named = (gid: GroupId) => ({ gid, label: names.known(gid) });
    return {
      requireMember: async (typed) => named((await desk.requireMember(typed)).gid),
      memberGroups: () => book.memberGroups().map(named),
      contextFor: (gid) => book.contextFor(gid),
      announceUrls: (gid) => lists.announceUrls(gid),
      admit: (gid, certificate) => book.admit(gid, certificate),
      labelOf: (uid) => names.known(uid),
      labelOfGroup: (gid) => names.known(gid),
      onGroupChanged: (listener) => book.onChanged(listener),
      newsDigest: (gid) => book.newsDigest(gid),
      newsFor: (gid, digest) => book.newsFor(gid, digest),
      applyNews: (gid, payload) => book.applyNews(gid, payload),
    };
  }

  #shares(vault: Vault, writer: RecordWriter): ShareBook {
    return shareBook(vault, writer, this.#view, this.lists);
  }
}

/** The label as its owner wrote it, where it was typed in other letters. */
const labelIn = (records: readonly SignedRecord[], uid: UserId, typed: string): string =>
  records
    .filter((record): record is SignedRecord & RecordOf<'name'> => record.kind === 'name')
    .find(({ parts }) => parts.id === uid && parts.folded === foldLabel(typed))?.body.label ?? typed;

/** Others' shares come anew with each connection; all else decides who may do what, and is kept. */
const isKept = (record: SignedRecord, uid: UserId): boolean =>
  record.author === uid || record.kind !== 'share';

/** A tracker that was set back may open an account by an old password: this client has seen the newer one. */
async function refuseOldCredential(
  view: RecordView,
  account: OpenedAccount,
  trackers: Trackers,
): Promise<void> {
  const known = view.find('credential', `credential/${account.keys.uid}`);
  const shown = account.records.find((record) => record.key === known?.key);
  if (!known || !shown || !supersedes(known, shown)) return;
  await trackers.call((api) => putAll(api, [known]));
  throw new CommandError(
    'WRONG_PASSWORD',
    'the password was changed since, which this tracker had forgotten: log in with the new one',
  );
}
