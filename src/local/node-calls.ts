import type { CallContext, Handlers } from './call-context.ts';
import type { HostCalls, NodeHost } from './node-host.ts';
import type { PathUse } from './places.ts';

/** Calls that concern the node's process, the page or its files; all others are the node's own. */
export type HostCall =
  keyof HostCalls | 'openSession' | 'closeSession' | 'beginDrop' | 'finishDrop' | 'cancelDrop' | 'listPlace';

/** A path as the node may use it, by what the caller may; rejects with NOT_ALLOWED. */
export type AllowPath = (path: string, use: PathUse, call: CallContext) => Promise<string>;

/** What the node itself answers. */
export function nodeCalls(host: NodeHost, allow: AllowPath): Omit<Handlers, HostCall> {
  const node = () => host.node();
  return {
    ...accountCalls(node),
    ...groupCalls(node),
    ...fileCalls(node, allow),
    ...downloadCalls(node, allow),
    ...folderCalls(node, allow),
  };
}

type GetNode = () => ReturnType<NodeHost['node']>;
const done = async (work: Promise<void>): Promise<Record<string, never>> => {
  await work;
  return {};
};

const accountCalls = (node: GetNode) =>
  ({
    createUser: async ({ user, password }) => node().createUser(user, password),
    login: async ({ user, password, remember }) => node().login(user, password, remember),
    logout: async () => done(node().logout()),
    changePassword: async (input) => done(node().changePassword(input.old, input.new)),
    recoverUser: async ({ user, recoveryCode, password }) => node().recoverUser(user, recoveryCode, password),
    whoami: async () => node().whoami(),
    status: async () => node().status(),
    doctor: async () => node().doctor(),
    completions: async ({ kind, group }) => node().completions(kind, group),
    limits: async () => node().limits(),
    setLimit: async ({ direction, bytesPerSecond, group, file }) =>
      node().setLimit(direction, bytesPerSecond ?? undefined, group, file),
    exemptLan: async ({ exempt }) => done(node().exemptLan(exempt)),
    setSchedule: async ({ rules }) => node().setSchedule(rules),
  }) satisfies Partial<Handlers>;

const groupCalls = (node: GetNode) =>
  ({
    createGroup: async ({ group }) => done(node().createGroup(group)),
    joinGroup: async ({ group }) => node().joinGroup(group),
    joinByInvitation: async ({ link }) => node().joinByInvitation(link),
    cancelRequest: async ({ group }) => done(node().cancelRequest(group)),
    leaveGroup: async ({ group }) => node().leaveGroup(group),
    deleteGroup: async ({ group }) => done(node().deleteGroup(group)),
    listGroups: async () => node().listGroups(),
    listRequests: async ({ group }) => node().listRequests(group),
    acceptRequest: async ({ group, user, code }) => done(node().acceptRequest(group, user, code)),
    rejectRequest: async ({ group, user }) => done(node().rejectRequest(group, user)),
    listMembers: async ({ group }) => node().listMembers(group),
    removeMember: async ({ group, user }) => done(node().removeMember(group, user)),
    invite: async ({ group, terms }) => node().invite(group, terms),
    listInvitations: async ({ group }) => node().listInvitations(group),
    withdrawInvitation: async ({ group, id }) => done(node().withdrawInvitation(group, id)),
  }) satisfies Partial<Handlers>;

const fileCalls = (node: GetNode, allow: AllowPath) =>
  ({
    listFiles: async ({ group }) => node().listFiles(group),
    uploadFile: async ({ path, group }, call) =>
      node().uploadFile(await allow(path, 'share', call), group, (at) => call.progress(at), call.signal),
    stopShare: async ({ group, file }) => done(node().stopShare(group, file)),
    recheck: async ({ group, file }) => node().recheck(group, file),
    showPeers: async ({ group, file }) => node().showPeers(group, file),
    listContentFiles: async ({ group, file }) => node().listContentFiles(group, file),
    pieceMap: async ({ group, file }) => node().pieceMap(group, file),
    exportTorrent: async ({ group, file, folder }, call) =>
      node().exportTorrent(group, file, await allow(folder, 'write', call)),
  }) satisfies Partial<Handlers>;

const downloadCalls = (node: GetNode, allow: AllowPath) =>
  ({
    downloadFile: async ({ group, file, destination, terms }, call) =>
      node().downloadFile(group, file, await allow(destination, 'write', call), terms),
    showDownloads: async () => node().showDownloads(),
    pauseDownload: async ({ group, file }) => done(node().pauseDownload(group, file)),
    resumeDownload: async ({ group, file }) => done(node().resumeDownload(group, file)),
    cancelDownload: async ({ group, file }) => node().cancelDownload(group, file),
    setPriority: async ({ group, file, paths, priority }) =>
      done(node().setPriority(group, file, paths, priority)),
    waitDownloads: async ({ seconds }, call) => node().waitDownloads(seconds, call.signal),
  }) satisfies Partial<Handlers>;

const folderCalls = (node: GetNode, allow: AllowPath) =>
  ({
    listFolders: async () => node().listFolders(),
    watchFolder: async ({ path, group }, call) => node().watchFolder(await allow(path, 'share', call), group),
    // Nothing is read there any more: it may have gone, or be allowed no longer.
    unwatchFolder: async ({ path, group }) => done(node().unwatchFolder(path, group)),
    followGroup: async ({ group, folder, terms }, call) =>
      node().followGroup(group, await allow(folder, 'write', call), terms),
    unfollowGroup: async ({ group }) => done(node().unfollowGroup(group)),
  }) satisfies Partial<Handlers>;
