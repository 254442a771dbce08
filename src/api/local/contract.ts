import { z } from 'zod';
import * as choice from './choice-rows.ts';
import { type LocalCall, localPaths } from './paths.ts';
import * as rows from './rows.ts';
import * as host from './host-rows.ts';

/**
 * Who may call. `any`: every face. `socket`: who reaches the Unix
 * socket, the same system user; not the page.
 */
export type LocalAccess = 'any' | 'socket';

/** One call: the server checks by it, clients and the page are typed by it, the documentation is made from it. */
export interface LocalEndpoint<Input extends z.ZodType = z.ZodType, Result extends z.ZodType = z.ZodType> {
  readonly summary: string;
  readonly access: LocalAccess;
  /** Of a GET its query, of a POST its JSON body. */
  readonly input: Input;
  readonly result: Result;
  /** The answer is a stream of JSON lines: `{progress}` any number of times, then `{result}` or `{error}`. */
  readonly progress?: z.ZodType;
  /** A longer body is refused before it is read whole. */
  readonly bodyBytesMax: number;
}

const BODY_BYTES_MAX = 256 * 1024;
/** Of calls that may name every file of a large folder. */
const LONG_BODY_BYTES_MAX = 16 * 2 ** 20;

function call<Input extends z.ZodType, Result extends z.ZodType>(
  summary: string,
  input: Input,
  result: Result,
  more: Partial<Pick<LocalEndpoint, 'access' | 'progress' | 'bodyBytesMax'>> = {},
): LocalEndpoint<Input, Result> {
  return { summary, input, result, access: 'any', bodyBytesMax: BODY_BYTES_MAX, ...more };
}

const text = z.string().min(1).max(4096);
const secret = z.string().min(1).max(1024);
const group = z.string().min(1).max(64);
const user = z.string().min(1).max(64);
const path = z.string().min(1).max(4096).describe('absolute');
const bytes = z.number().int().nonnegative();
const nothing = z.object({});
const inGroup = z.object({ group });
const ofFile = z.object({ group, file: text });
const ofUser = z.object({ group, user });
const many = <T extends z.ZodType>(row: T) => z.array(row);
const done = z.object({});

/** The node's local API. Every call that `NodeCommands` has stands here under its name. */
export const localApi = {
  nodeStatus: call('how the node itself stands', nothing, host.nodeState),
  setUp: call('give the node its trackers', host.setUp, host.nodeState),
  stopNode: call('end the node', nothing, done, { access: 'socket' }),
  webLink: call('a link that opens the page, once', nothing, host.webLink, { access: 'socket' }),
  openSession: call(
    "exchange a link's token for a cookie and the page's key",
    z.object({ token: secret }),
    host.openedSession,
    { bodyBytesMax: 4096 },
  ),
  closeSession: call('forget this browser', nothing, done),

  createUser: call('make an account', z.object({ user, password: secret }), rows.createdUser),
  login: call(
    'log in',
    z.object({ user, password: secret, remember: z.boolean().optional() }),
    rows.loggedIn,
  ),
  logout: call('log out, and forget what was remembered', nothing, done),
  changePassword: call('change the password', z.object({ old: secret, new: secret }), done),
  recoverUser: call(
    'set a new password by the recovery code',
    z.object({ user, recoveryCode: secret, password: secret }),
    rows.createdUser,
  ),
  whoami: call('who is logged in', nothing, rows.whoami),
  status: call('how things stand', nothing, rows.nodeStatus),
  doctor: call('look for what may be wrong', nothing, choice.diagnosis),

  createGroup: call('make a group', inGroup, done),
  joinGroup: call('ask to join a group', inGroup, rows.joinAsked),
  joinByInvitation: call('ask to join by an invitation', z.object({ link: text }), choice.invitedJoin),
  cancelRequest: call('take a request back', inGroup, done),
  leaveGroup: call('leave a group', inGroup, z.object({ ended: z.boolean() })),
  deleteGroup: call('end a group', inGroup, done),
  listGroups: call('all groups', nothing, many(rows.groupRow)),
  listRequests: call('who asks to join', inGroup, many(rows.requestRow)),
  acceptRequest: call('let somebody in', z.object({ group, user, code: text.optional() }), done),
  rejectRequest: call('turn somebody down', ofUser, done),
  listMembers: call('who is in', inGroup, many(rows.memberRow)),
  removeMember: call('put somebody out', ofUser, done),
  invite: call('make an invitation', z.object({ group, terms: choice.inviteTerms }), choice.invitation),
  listInvitations: call('invitations made here', inGroup, many(choice.invitation)),
  withdrawInvitation: call('make an invitation void', z.object({ group, id: text }), done),

  listFiles: call('files of a group', inGroup, many(rows.fileRow)),
  uploadFile: call('share a file or folder', z.object({ path, group }), rows.uploaded, {
    progress: rows.hashProgress,
  }),
  stopShare: call('share it no longer', ofFile, done),
  recheck: call('read all of it again', ofFile, rows.rechecked),
  showPeers: call('with whom it is exchanged', ofFile, many(rows.peerRow)),
  listContentFiles: call('files inside a download or share', ofFile, many(choice.contentFileRow)),
  pieceMap: call('which pieces are here', ofFile, choice.pieceMap),
  exportTorrent: call(
    'write what another BitTorrent program needs',
    z.object({ group, file: text, folder: path }),
    rows.exported,
  ),
  openLink: call(
    'an address at which a browser or player reads it, while it loads as well',
    z.object({ group, file: text, path: text.optional() }),
    host.openedLink,
  ),

  beginDrop: call(
    'begin to hand over a file or folder that is to be shared; its bytes follow by PUT',
    z.object({ group, name: text, size: bytes, folder: z.boolean() }),
    host.begunDrop,
  ),
  finishDrop: call('share what was handed over', z.object({ id: text }), rows.uploaded, {
    progress: rows.hashProgress,
  }),
  cancelDrop: call('throw away what was handed over', z.object({ id: text }), done),

  downloadFile: call(
    'download',
    z.object({ group, file: text, destination: path, terms: choice.downloadTerms.optional() }),
    rows.downloadStarted,
    { bodyBytesMax: LONG_BODY_BYTES_MAX },
  ),
  showDownloads: call('all downloads', nothing, many(rows.downloadRow)),
  pauseDownload: call('pause', ofFile, done),
  resumeDownload: call('go on', ofFile, done),
  cancelDownload: call('give up, or forget a complete one', ofFile, z.object({ kept: z.boolean() })),
  setPriority: call(
    'what comes first, and what is not wanted',
    z.object({
      group,
      file: text,
      paths: z.array(text).max(100_000).optional(),
      priority: choice.filePriority,
    }),
    done,
    { bodyBytesMax: LONG_BODY_BYTES_MAX },
  ),
  waitDownloads: call(
    'wait until none is under way',
    z.object({ seconds: z.number().min(0).max(2_000_000).optional() }),
    rows.waited,
  ),

  limits: call('speed limits', nothing, choice.limits),
  setLimit: call(
    'set or lift a speed limit',
    z.object({
      direction: z.enum(['up', 'down', 'both']),
      bytesPerSecond: z.number().int().positive().nullable(),
      group: group.optional(),
      file: text.optional(),
    }),
    choice.limitRow,
  ),
  exemptLan: call('whether the own network is free of limits', z.object({ exempt: z.boolean() }), done),
  setSchedule: call(
    'limits at certain hours',
    z.object({ rules: z.array(choice.scheduleRule).max(50) }),
    choice.limits,
  ),

  listFolders: call('watched and followed folders', nothing, choice.folders),
  watchFolder: call('share what appears in a folder', z.object({ path, group }), choice.watchRow),
  unwatchFolder: call('watch it no longer', z.object({ path, group }), done),
  followGroup: call(
    'download what others share',
    z.object({ group, folder: path, terms: choice.followTerms }),
    choice.followRow,
  ),
  unfollowGroup: call('follow it no longer', inGroup, done),

  listAllowed: call('folders that the page may use', nothing, host.places),
  allowFolder: call('let the page use a folder', z.object({ path }), host.places, { access: 'socket' }),
  disallowFolder: call('the page may use it no longer', z.object({ path }), host.places, {
    access: 'socket',
  }),
  listPlace: call('what is in a folder that the page may use', z.object({ path }), host.placeListing),

  completions: call(
    'names that may be meant',
    z.object({ kind: rows.completionKind, group: group.optional() }),
    many(z.string()),
  ),
} as const satisfies Record<LocalCall, LocalEndpoint>;

export type LocalApi = typeof localApi;
export type LocalInput<Name extends LocalCall> = z.infer<LocalApi[Name]['input']>;
export type LocalResult<Name extends LocalCall> = z.infer<LocalApi[Name]['result']>;

/** Method and path of a call. */
export function localRoute(name: LocalCall): { readonly method: 'GET' | 'POST'; readonly path: string } {
  const [method, path] = localPaths[name].split(' ') as ['GET' | 'POST', string];
  return { method, path };
}
