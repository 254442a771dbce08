import { join } from 'node:path';
import { readTrackerList } from '../api/index.ts';
import { type Clock, type Logger, systemChance } from '../base/index.ts';
import { ChangeHub } from './change-hub.ts';
import type {
  CompletionKind,
  LocalNode,
  LoggedIn,
  NodeChange,
  NodeCommands,
  NodeEvent,
  NodeStatus,
} from './commands.ts';
import { type DataFolder, openDataFolder } from './data-folder.ts';
import { diagnose } from './doctor.ts';
import { type EventHookOptions, type EventHooks, openEventHooks } from './event-hooks/index.ts';
import { FolderKeeper } from './folders/index.ts';
import type { OpenTransfers, Transfers, UserAccess } from './seams.ts';
import { namesFor } from './session/completions.ts';
import { Listeners } from './session/listeners.ts';
import { type OwnAddress, Session } from './session/session.ts';

/** How long `status` waits for trackers that don't answer. */
const STATUS_MS = 1_500;

export interface NodeOptions {
  /** Where this node's peers connect; a host that is not this machine's is announced, and all addresses listened on. */
  readonly listenHost: string;
  /** 0: any free one. */
  readonly listenPort: number;
  readonly trackersFile: string;
  /** Default: the first of `client-1`, `client-2`, … beside the list of trackers that no other client uses. */
  readonly dataDir?: string;
  /** Ceilings over all peers; absent: none. */
  readonly upBytesPerSecond?: number;
  readonly downBytesPerSecond?: number;
  /** Weak passwords are WEAK_PASSWORD instead of a remark. */
  readonly refuseWeakPasswords: boolean;
  /** Who else is told of events; absent: nobody. */
  readonly hooks?: EventHookOptions;
  readonly log: Logger;
  readonly clock: Clock;
}

type Begun = { readonly shares: number; readonly downloads: number };

/**
 * A client for one user at a time, as `NodeCommands`. Rejects with what is wrong with the list of trackers, CONFLICT
 * where the data folder is in use, PORT_IN_USE, TRACKER_CHANGED.
 */
export async function composeNode(options: NodeOptions, openTransfers: OpenTransfers): Promise<LocalNode> {
  const list = await readTrackerList(options.trackersFile);
  const folder = await openDataFolder(options.dataDir, options.trackersFile, options.clock);
  const listeners = new Listeners<[NodeEvent]>();
  const changes = new ChangeHub(options.clock);
  const changed = changes.tell.bind(changes);
  const emit = (event: NodeEvent): void => {
    if (event.type === 'complete' || event.type === 'failed') changed('downloads', event.group);
    listeners.call(event);
  };
  let transfers: Transfers | undefined;
  try {
    const onChange = (group: string | undefined): void => changed('downloads', group);
    const shared = { ...options, chance: systemChance, emit, onChange };
    transfers = await openTransfers(shared);
    const warn = (text: string): void => emit({ type: 'warning', text });
    const keeper = new FolderKeeper({ ...options, transfers, warn, changed: () => changed('folders') });
    const files = filesIn(folder.path);
    const companion = companionOf(transfers, keeper);
    const session = await Session.open<Begun>({ ...options, ...files, list, emit, changed }, companion);
    listeners.add((event) => keeper.onEvent(event));
    changes.onChange((change) => keeper.onChange(change));
    const onEvent = listeners.add.bind(listeners);
    const hooks = options.hooks && openEventHooks(options.hooks, { ...options, onEvent, warn });
    return new Node(options, folder, { listeners, changes, hooks }, session, { transfers, keeper });
  } catch (error) {
    await transfers?.close();
    await folder.lock.release();
    throw error;
  }
}

/** Where the session keeps what it knows. */
const filesIn = (path: string) => ({
  trustFile: join(path, 'trackers.json'),
  usersDir: join(path, 'users'),
  rememberFile: join(path, 'login.json'),
});

/** What comes and goes with the user: shares and downloads, and who tends folders by them. */
const companionOf = (transfers: Transfers, keeper: FolderKeeper) => ({
  begin: async ({ access }: { readonly access: UserAccess }) => {
    const { userDir, gate, shares } = access;
    await keeper.open({ userDir, gate, listFiles: (gid) => shares.listFiles(gid) });
    const begun = await transfers.onLogin(access, keeper.careOf);
    keeper.start();
    return begun;
  },
  end: async () => {
    await Promise.all([keeper.close(), transfers.onLogout()]);
  },
});

/** What a node tells by itself. */
interface News {
  readonly listeners: Listeners<[NodeEvent]>;
  readonly changes: ChangeHub;
  readonly hooks: EventHooks | undefined;
}

/** The files' half of it. */
interface FilesHalf {
  readonly transfers: Transfers;
  readonly keeper: FolderKeeper;
}

class Node implements LocalNode {
  readonly #options: NodeOptions;
  readonly #folder: DataFolder;
  readonly #news: News;
  readonly #session: Session<Begun>;
  readonly #transfers: Transfers;
  readonly #keeper: FolderKeeper;
  #closing: Promise<void> | undefined;

  constructor(
    options: NodeOptions,
    folder: DataFolder,
    news: News,
    session: Session<Begun>,
    { transfers, keeper }: FilesHalf,
  ) {
    this.#options = options;
    this.#folder = folder;
    this.#news = news;
    this.#session = session;
    this.#transfers = transfers;
    this.#keeper = keeper;
  }

  createUser: NodeCommands['createUser'] = (user, password) => this.#session.createUser(user, password);
  recoverUser: NodeCommands['recoverUser'] = (user, code, password) =>
    this.#session.recoverUser(user, code, password);
  changePassword: NodeCommands['changePassword'] = (before, after) =>
    this.#session.changePassword(before, after);
  logout: NodeCommands['logout'] = async () => this.#session.logout();
  whoami: NodeCommands['whoami'] = async () => this.#session.whoami();

  async login(user: string, password: string, remember = false): Promise<LoggedIn> {
    const done = await this.#session.login(user, password, this.#address, remember);
    return { user: done.user, ...done.begun };
  }

  async loginRemembered(): Promise<LoggedIn | undefined> {
    const done = await this.#session.loginRemembered(this.#address);
    return done && { user: done.user, ...done.begun };
  }

  async leaveGroup(group: string): Promise<{ ended: boolean }> {
    const left = await this.#groups().leave(group);
    await this.#keeper.onGroupLeft(group);
    return left;
  }

  async deleteGroup(group: string): Promise<void> {
    await this.#groups().delete(group);
    await this.#keeper.onGroupLeft(group);
  }

  async stopShare(group: string, file: string): Promise<void> {
    await this.#files().stopShare(group, file);
    this.#keeper.onShareEnded();
  }

  async status(): Promise<NodeStatus> {
    const { host, port } = this.#transfers.listening;
    return {
      user: this.#session.user?.label ?? null,
      listening: host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`,
      dataDir: this.#folder.path,
      trackers: await this.#session.trackers.states(STATUS_MS),
      ...this.#transfers.counts(),
    };
  }

  doctor: NodeCommands['doctor'] = async () =>
    diagnose({
      trackers: this.#session.trackers,
      transfers: this.#transfers,
      dataDir: this.#folder.path,
      clock: this.#options.clock,
    });

  createGroup: NodeCommands['createGroup'] = async (group) => this.#groups().create(group);
  joinGroup: NodeCommands['joinGroup'] = async (group) => this.#groups().join(group);
  cancelRequest: NodeCommands['cancelRequest'] = async (group) => this.#groups().cancelRequest(group);
  acceptRequest: NodeCommands['acceptRequest'] = async (group, user, code) =>
    this.#groups().accept(group, user, code);
  rejectRequest: NodeCommands['rejectRequest'] = async (group, user) => this.#groups().reject(group, user);
  removeMember: NodeCommands['removeMember'] = async (group, user) => this.#groups().remove(group, user);

  invite: NodeCommands['invite'] = async (group, terms) => this.#invitations().invite(group, terms);
  listInvitations: NodeCommands['listInvitations'] = async (group) => this.#invitations().list(group);
  withdrawInvitation: NodeCommands['withdrawInvitation'] = async (group, id) =>
    this.#invitations().withdraw(group, id);
  joinByInvitation: NodeCommands['joinByInvitation'] = async (link) => this.#invitations().join(link);

  listGroups: NodeCommands['listGroups'] = async () => this.#session.requireUser().lists.groups();
  listRequests: NodeCommands['listRequests'] = async (group) =>
    this.#session.requireUser().lists.requests(group);
  listMembers: NodeCommands['listMembers'] = async (group) =>
    this.#session.requireUser().lists.members(group);

  listFiles: NodeCommands['listFiles'] = async (...args) => this.#files().listFiles(...args);
  uploadFile: NodeCommands['uploadFile'] = async (...args) => this.#files().uploadFile(...args);
  downloadFile: NodeCommands['downloadFile'] = async (...args) => this.#files().downloadFile(...args);
  showDownloads: NodeCommands['showDownloads'] = async () => this.#files().showDownloads();
  pauseDownload: NodeCommands['pauseDownload'] = async (...args) => this.#files().pauseDownload(...args);
  resumeDownload: NodeCommands['resumeDownload'] = async (...args) => this.#files().resumeDownload(...args);
  cancelDownload: NodeCommands['cancelDownload'] = async (...args) => this.#files().cancelDownload(...args);
  listContentFiles: NodeCommands['listContentFiles'] = async (...args) =>
    this.#files().listContentFiles(...args);
  setPriority: NodeCommands['setPriority'] = async (...args) => this.#files().setPriority(...args);
  pieceMap: NodeCommands['pieceMap'] = async (...args) => this.#files().pieceMap(...args);
  openContent: LocalNode['openContent'] = async (...args) => this.#files().openContent(...args);
  recheck: NodeCommands['recheck'] = async (...args) => this.#files().recheck(...args);
  waitDownloads: NodeCommands['waitDownloads'] = async (...args) => this.#files().waitDownloads(...args);
  showPeers: NodeCommands['showPeers'] = async (...args) => this.#files().showPeers(...args);
  setLimit: NodeCommands['setLimit'] = async (...args) => this.#files().setLimit(...args);
  limits: NodeCommands['limits'] = async () => this.#files().limits();
  exemptLan: NodeCommands['exemptLan'] = async (...args) => this.#files().exemptLan(...args);
  setSchedule: NodeCommands['setSchedule'] = async (...args) => this.#files().setSchedule(...args);
  exportTorrent: NodeCommands['exportTorrent'] = async (...args) => this.#files().exportTorrent(...args);

  watchFolder: NodeCommands['watchFolder'] = async (...args) => this.#folders().watchFolder(...args);
  unwatchFolder: NodeCommands['unwatchFolder'] = async (...args) => this.#folders().unwatchFolder(...args);
  followGroup: NodeCommands['followGroup'] = async (...args) => this.#folders().followGroup(...args);
  unfollowGroup: NodeCommands['unfollowGroup'] = async (...args) => this.#folders().unfollowGroup(...args);
  listFolders: NodeCommands['listFolders'] = async () => this.#folders().listFolders();

  async completions(kind: CompletionKind, group: string | undefined): Promise<string[]> {
    const { user } = this.#session;
    if (!user) return [];
    if (kind === 'file' || kind === 'download' || kind === 'share')
      return this.#transfers.completions(kind, group);
    return namesFor(user, kind, group);
  }

  onEvent(listener: (event: NodeEvent) => void): () => void {
    return this.#news.listeners.add(listener);
  }

  onChange(listener: (change: NodeChange) => void): () => void {
    return this.#news.changes.onChange(listener);
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#shutDown());
  }

  async #shutDown(): Promise<void> {
    this.#options.log.info('node.closing');
    this.#news.changes.close();
    await this.#session.close();
    await this.#transfers.close();
    await this.#news.hooks?.close();
    await this.#folder.lock.release();
  }

  get #address(): OwnAddress {
    const { listening, addresses } = this.#transfers;
    return { port: listening.port, addresses };
  }

  #groups() {
    return this.#session.requireUser().commands;
  }

  #invitations() {
    return this.#session.requireUser().invitations;
  }

  #folders(): FolderKeeper {
    this.#session.requireUser();
    return this.#keeper;
  }

  #files(): Transfers {
    this.#session.requireUser();
    return this.#transfers;
  }
}
