import type { LocalCall, LocalEvent, LocalInput, LocalResult } from '../api/index.ts';
import { type Clock, CommandError, systemClock, systemCode } from '../base/index.ts';
import type { HashProgress, NodeChange, NodeCommands, NodeEvent } from '../node/index.ts';
import { type CallOptions, LocalClient } from './local-client.ts';
import type { HostCalls } from './node-host.ts';
import { RemoteNews } from './remote-news.ts';
import { socketPathOf } from './unix-socket.ts';

export type Transfers = Extract<LocalEvent, { type: 'transfers' }>;

/**
 * A node in another process, as its commands. Calls reject with NO_NODE once it has ended; what it tells goes on after
 * it was started anew. `close` ends the connection, never the node.
 */
export interface RemoteNode extends NodeCommands, HostCalls {
  /** Downloads and speeds, at most once a second, while something moves or has just stopped. */
  onTransfers(listener: (transfers: Transfers) => void): () => void;
}

/** The node of this data folder; undefined where none runs. */
export async function connectLocal(
  dataDir: string,
  clock: Clock = systemClock,
): Promise<RemoteNode | undefined> {
  const path = findSocket(dataDir);
  if (path === undefined) return undefined;
  const client = new LocalClient(path);
  try {
    await client.call('nodeStatus', {});
  } catch (error) {
    client.close();
    if (error instanceof CommandError && error.code === 'NO_NODE') return noNode(error);
    throw error;
  }
  return new Remote(client, clock);
}

function findSocket(dataDir: string): string | undefined {
  try {
    return socketPathOf(dataDir);
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** Nobody listens there, which is no error; that one may not ask is. */
function noNode(error: CommandError): undefined {
  const code = systemCode(error.cause);
  if (code !== 'EACCES' && code !== 'EPERM') return undefined;
  throw new CommandError('PERMISSION_DENIED', 'this node belongs to another user of this machine', {
    cause: error,
  });
}

class Listeners<T> {
  readonly #all = new Set<(value: T) => void>();
  add(listener: (value: T) => void): () => void {
    this.#all.add(listener);
    return () => this.#all.delete(listener);
  }
  call(value: T): void {
    for (const listener of this.#all) listener(value);
  }
}

/** What may have changed unheard while the connection was lost: everything. */
const ALL = [
  'account',
  'groups',
  'members',
  'requests',
  'files',
  'downloads',
  'folders',
  'trackers',
] as const;

class Remote implements RemoteNode {
  readonly #client: LocalClient;
  readonly #clock: Clock;
  readonly #events = new Listeners<NodeEvent>();
  readonly #changes = new Listeners<NodeChange>();
  readonly #transfers = new Listeners<Transfers>();
  #news: RemoteNews | undefined;
  #isLost = false;
  #closing: Promise<void> | undefined;

  constructor(client: LocalClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  nodeStatus: HostCalls['nodeStatus'] = () => this.#ask('nodeStatus', {});
  setUp: HostCalls['setUp'] = (given) => this.#ask('setUp', given);
  stopNode: HostCalls['stopNode'] = () => this.#do('stopNode', {});
  webLink: HostCalls['webLink'] = () => this.#ask('webLink', {});
  listAllowed: HostCalls['listAllowed'] = () => this.#ask('listAllowed', {});
  allowFolder: HostCalls['allowFolder'] = (path) => this.#ask('allowFolder', { path });
  disallowFolder: HostCalls['disallowFolder'] = (path) => this.#ask('disallowFolder', { path });
  openLink: HostCalls['openLink'] = (group, file, path) => this.#ask('openLink', { group, file, path });

  createUser: NodeCommands['createUser'] = (user, password) => this.#ask('createUser', { user, password });
  login: NodeCommands['login'] = (user, password, remember) =>
    this.#ask('login', { user, password, remember });
  /** The node does that by itself when it starts. */
  loginRemembered: NodeCommands['loginRemembered'] = async () => undefined;
  logout: NodeCommands['logout'] = () => this.#do('logout', {});
  changePassword: NodeCommands['changePassword'] = (before, after) =>
    this.#do('changePassword', { old: before, new: after });
  recoverUser: NodeCommands['recoverUser'] = (user, recoveryCode, password) =>
    this.#ask('recoverUser', { user, recoveryCode, password });
  whoami: NodeCommands['whoami'] = () => this.#ask('whoami', {});
  status: NodeCommands['status'] = () => this.#ask('status', {});
  doctor: NodeCommands['doctor'] = () => this.#ask('doctor', {});

  createGroup: NodeCommands['createGroup'] = (group) => this.#do('createGroup', { group });
  joinGroup: NodeCommands['joinGroup'] = (group) => this.#ask('joinGroup', { group });
  joinByInvitation: NodeCommands['joinByInvitation'] = (link) => this.#ask('joinByInvitation', { link });
  cancelRequest: NodeCommands['cancelRequest'] = (group) => this.#do('cancelRequest', { group });
  leaveGroup: NodeCommands['leaveGroup'] = (group) => this.#ask('leaveGroup', { group });
  deleteGroup: NodeCommands['deleteGroup'] = (group) => this.#do('deleteGroup', { group });
  listGroups: NodeCommands['listGroups'] = () => this.#ask('listGroups', {});
  listRequests: NodeCommands['listRequests'] = (group) => this.#ask('listRequests', { group });
  acceptRequest: NodeCommands['acceptRequest'] = (group, user, code) =>
    this.#do('acceptRequest', { group, user, code });
  rejectRequest: NodeCommands['rejectRequest'] = (group, user) => this.#do('rejectRequest', { group, user });
  listMembers: NodeCommands['listMembers'] = (group) => this.#ask('listMembers', { group });
  removeMember: NodeCommands['removeMember'] = (group, user) => this.#do('removeMember', { group, user });
  invite: NodeCommands['invite'] = (group, terms) => this.#ask('invite', { group, terms });
  listInvitations: NodeCommands['listInvitations'] = (group) => this.#ask('listInvitations', { group });
  withdrawInvitation: NodeCommands['withdrawInvitation'] = (group, id) =>
    this.#do('withdrawInvitation', { group, id });

  listFiles: NodeCommands['listFiles'] = (group) => this.#ask('listFiles', { group });
  uploadFile: NodeCommands['uploadFile'] = (path, group, onProgress, signal) =>
    this.#ask(
      'uploadFile',
      { path, group },
      { signal, onProgress: (progress) => onProgress(progress as HashProgress) },
    );
  stopShare: NodeCommands['stopShare'] = (group, file) => this.#do('stopShare', { group, file });
  recheck: NodeCommands['recheck'] = (group, file) => this.#ask('recheck', { group, file });
  showPeers: NodeCommands['showPeers'] = (group, file) => this.#ask('showPeers', { group, file });
  listContentFiles: NodeCommands['listContentFiles'] = (group, file) =>
    this.#ask('listContentFiles', { group, file });
  pieceMap: NodeCommands['pieceMap'] = (group, file) => this.#ask('pieceMap', { group, file });
  exportTorrent: NodeCommands['exportTorrent'] = (group, file, folder) =>
    this.#ask('exportTorrent', { group, file, folder });

  downloadFile: NodeCommands['downloadFile'] = (group, file, destination, terms) =>
    this.#ask('downloadFile', { group, file, destination, terms });
  showDownloads: NodeCommands['showDownloads'] = () => this.#ask('showDownloads', {});
  pauseDownload: NodeCommands['pauseDownload'] = (group, file) => this.#do('pauseDownload', { group, file });
  resumeDownload: NodeCommands['resumeDownload'] = (group, file) =>
    this.#do('resumeDownload', { group, file });
  cancelDownload: NodeCommands['cancelDownload'] = (group, file) =>
    this.#ask('cancelDownload', { group, file });
  setPriority: NodeCommands['setPriority'] = (group, file, paths, priority) =>
    this.#do('setPriority', { group, file, paths: paths && [...paths], priority });
  waitDownloads: NodeCommands['waitDownloads'] = (seconds, signal) =>
    this.#ask('waitDownloads', { seconds }, { signal });

  limits: NodeCommands['limits'] = () => this.#ask('limits', {});
  setLimit: NodeCommands['setLimit'] = (direction, bytesPerSecond, group, file) =>
    this.#ask('setLimit', { direction, bytesPerSecond: bytesPerSecond ?? null, group, file });
  exemptLan: NodeCommands['exemptLan'] = (exempt) => this.#do('exemptLan', { exempt });
  setSchedule: NodeCommands['setSchedule'] = (rules) => this.#ask('setSchedule', { rules: [...rules] });

  listFolders: NodeCommands['listFolders'] = () => this.#ask('listFolders', {});
  watchFolder: NodeCommands['watchFolder'] = (path, group) => this.#ask('watchFolder', { path, group });
  unwatchFolder: NodeCommands['unwatchFolder'] = (path, group) => this.#do('unwatchFolder', { path, group });
  followGroup: NodeCommands['followGroup'] = (group, folder, terms) =>
    this.#ask('followGroup', { group, folder, terms });
  unfollowGroup: NodeCommands['unfollowGroup'] = (group) => this.#do('unfollowGroup', { group });

  completions: NodeCommands['completions'] = (kind, group) =>
    this.#ask('completions', { kind, group }).catch(() => []);

  onEvent: NodeCommands['onEvent'] = (listener) => this.#listen(this.#events, listener);
  onChange: NodeCommands['onChange'] = (listener) => this.#listen(this.#changes, listener);
  onTransfers: RemoteNode['onTransfers'] = (listener) => this.#listen(this.#transfers, listener);

  close(): Promise<void> {
    return (this.#closing ??= this.#shutDown());
  }

  async #shutDown(): Promise<void> {
    await this.#news?.close();
    this.#client.close();
  }

  #ask<Name extends LocalCall>(
    name: Name,
    input: LocalInput<Name>,
    options?: CallOptions,
  ): Promise<LocalResult<Name>> {
    return this.#client.call(name, input, options);
  }

  async #do<Name extends LocalCall>(name: Name, input: LocalInput<Name>): Promise<void> {
    await this.#ask(name, input);
  }

  #listen<T>(listeners: Listeners<T>, listener: (value: T) => void): () => void {
    if (this.#closing === undefined) {
      this.#news ??= new RemoteNews(this.#client, this.#clock, this.#tell, () => (this.#isLost = true));
    }
    return listeners.add(listener);
  }

  readonly #tell = (event: LocalEvent): void => {
    if (event.type === 'news') this.#events.call(event.event);
    else if (event.type === 'changed') this.#changes.call(event.change);
    else if (event.type === 'transfers') this.#transfers.call(event);
    else if (this.#isLost) {
      this.#isLost = false;
      for (const what of ALL) this.#changes.call({ what });
    }
  };
}
