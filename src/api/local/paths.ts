/**
 * Calls of a node's local API by name: `GET` asks and changes nothing, `POST` changes. A table without schemas, so
 * that the page need not carry them.
 */
export const localPaths = {
  nodeStatus: 'GET /v1/node',
  setUp: 'POST /v1/node/set-up',
  stopNode: 'POST /v1/node/stop',
  webLink: 'POST /v1/web/link',
  openSession: 'POST /v1/web/session',
  closeSession: 'POST /v1/web/session/close',

  createUser: 'POST /v1/account/create',
  login: 'POST /v1/account/login',
  logout: 'POST /v1/account/logout',
  changePassword: 'POST /v1/account/password',
  recoverUser: 'POST /v1/account/recover',
  whoami: 'GET /v1/account',
  status: 'GET /v1/status',
  doctor: 'GET /v1/doctor',

  createGroup: 'POST /v1/groups/create',
  joinGroup: 'POST /v1/groups/join',
  joinByInvitation: 'POST /v1/groups/join-by-invitation',
  cancelRequest: 'POST /v1/groups/cancel-request',
  leaveGroup: 'POST /v1/groups/leave',
  deleteGroup: 'POST /v1/groups/delete',
  listGroups: 'GET /v1/groups',
  listRequests: 'GET /v1/requests',
  acceptRequest: 'POST /v1/requests/accept',
  rejectRequest: 'POST /v1/requests/reject',
  listMembers: 'GET /v1/members',
  removeMember: 'POST /v1/members/remove',
  invite: 'POST /v1/invitations/create',
  listInvitations: 'GET /v1/invitations',
  withdrawInvitation: 'POST /v1/invitations/withdraw',

  listFiles: 'GET /v1/files',
  uploadFile: 'POST /v1/files/share',
  stopShare: 'POST /v1/files/stop-share',
  recheck: 'POST /v1/files/recheck',
  showPeers: 'GET /v1/files/peers',
  listContentFiles: 'GET /v1/files/contents',
  pieceMap: 'GET /v1/files/pieces',
  exportTorrent: 'POST /v1/files/export-torrent',
  openLink: 'POST /v1/files/link',

  beginDrop: 'POST /v1/drops/begin',
  finishDrop: 'POST /v1/drops/finish',
  cancelDrop: 'POST /v1/drops/cancel',

  downloadFile: 'POST /v1/downloads/start',
  showDownloads: 'GET /v1/downloads',
  pauseDownload: 'POST /v1/downloads/pause',
  resumeDownload: 'POST /v1/downloads/resume',
  cancelDownload: 'POST /v1/downloads/cancel',
  setPriority: 'POST /v1/downloads/priority',
  waitDownloads: 'POST /v1/downloads/wait',

  limits: 'GET /v1/limits',
  setLimit: 'POST /v1/limits/set',
  exemptLan: 'POST /v1/limits/lan',
  setSchedule: 'POST /v1/limits/schedule',

  listFolders: 'GET /v1/folders',
  watchFolder: 'POST /v1/folders/watch',
  unwatchFolder: 'POST /v1/folders/unwatch',
  followGroup: 'POST /v1/folders/follow',
  unfollowGroup: 'POST /v1/folders/unfollow',

  listAllowed: 'GET /v1/places',
  allowFolder: 'POST /v1/places/allow',
  disallowFolder: 'POST /v1/places/disallow',
  listPlace: 'GET /v1/places/list',

  completions: 'GET /v1/completions',
} as const;

export type LocalCall = keyof typeof localPaths;

/** By which the page shows its key with everything it asks: cookies go to every port of a machine, this header does not. */
export const PAGE_KEY_HEADER = 'mbt-page-key';

/** What is no call with a JSON answer. */
export const localStreams = {
  /** Server-sent events: `LocalEvent`s. */
  events: '/v1/events',
  /** `PUT ?id=&path=` with the bytes of one file of a begun drop as the body. */
  drop: '/v1/drops/file',
  /** Bytes of a content, with ranges, below a name that `openLink` gave. */
  files: '/files',
} as const;
