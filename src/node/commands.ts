/**
 * What a person can ask of a node: the one seam between the node and its faces (the shell today). Rows and
 * results are plain JSON values, so that a face can sit in another process. Every method rejects with
 * CommandError for an expected failure. Groups and users are named by label, as people type them.
 */
export interface NodeCommands {
  createUser(user: string, password: string): Promise<CreatedUser>;
  login(user: string, password: string): Promise<LoggedIn>;
  logout(): Promise<void>;
  changePassword(oldPassword: string, newPassword: string): Promise<void>;
  /** Sets a new password by the recovery code, which is used up: the result carries its successor. */
  recoverUser(user: string, recoveryCode: string, newPassword: string): Promise<CreatedUser>;
  whoami(): Promise<Whoami>;
  status(): Promise<NodeStatus>;

  createGroup(group: string): Promise<void>;
  joinGroup(group: string): Promise<JoinAsked>;
  cancelRequest(group: string): Promise<void>;
  /** `ended`: the user was the last in it, and its owner, so that the group has ended. */
  leaveGroup(group: string): Promise<{ ended: boolean }>;
  deleteGroup(group: string): Promise<void>;
  listGroups(): Promise<GroupRow[]>;
  listRequests(group: string): Promise<RequestRow[]>;
  /** `code` is the key code that the two people compared; a mismatch is CODE_MISMATCH and accepts nobody. */
  acceptRequest(group: string, user: string, code?: string): Promise<void>;
  rejectRequest(group: string, user: string): Promise<void>;
  removeMember(group: string, user: string): Promise<void>;
  listMembers(group: string): Promise<MemberRow[]>;

  listFiles(group: string): Promise<FileRow[]>;
  /** Hashes, then announces. Aborting `signal` ends it with INTERRUPTED and shares nothing. */
  uploadFile(
    path: string,
    group: string,
    onProgress: (progress: HashProgress) => void,
    signal: AbortSignal,
  ): Promise<Uploaded>;
  /** Returns as soon as the download is accepted; its end is an event. */
  downloadFile(group: string, file: string, destination: string): Promise<DownloadStarted>;
  showDownloads(): Promise<DownloadRow[]>;
  stopShare(group: string, file: string): Promise<void>;
  pauseDownload(group: string, file: string): Promise<void>;
  resumeDownload(group: string, file: string): Promise<void>;
  /** `kept`: it was complete, and its file stays where it is. */
  cancelDownload(group: string, file: string): Promise<{ kept: boolean }>;
  /** Hashes all that is on disk again. */
  recheck(group: string, file: string): Promise<Rechecked>;
  /** Resolves when no download is active or queued. DOWNLOAD_FAILED, TIMED_OUT, INTERRUPTED otherwise. */
  waitDownloads(seconds: number | undefined, signal: AbortSignal): Promise<Waited>;
  showPeers(group: string, file: string): Promise<PeerRow[]>;

  /**
   * Holds the speed of a file, of a group or of everything down from now on; undefined lifts the limit. All
   * limits hold at once and are kept across restarts. Resolves to what stands there now.
   */
  setLimit(
    direction: LimitDirection,
    bytesPerSecond: number | undefined,
    group: string | undefined,
    file: string | undefined,
  ): Promise<LimitRow>;
  limits(): Promise<Limits>;
  /** Whether peers at loopback, private and link-local addresses are free of all limits. */
  exemptLan(exempt: boolean): Promise<void>;
  /** Writes what another BitTorrent program needs for it into `folder` (absolute; made if it is not there). */
  exportTorrent(group: string, file: string, folder: string): Promise<Exported>;

  /** Names for completion at the prompt; never fails, may be out of date. */
  completions(kind: CompletionKind, group: string | undefined): Promise<string[]>;
  /** News that come by themselves. Returns the way to stop listening. */
  onEvent(listener: (event: NodeEvent) => void): () => void;
  /** Stops serving, says goodbye to the trackers, closes files. Idempotent. */
  close(): Promise<void>;
}

export type CompletionKind = 'group' | 'user' | 'member' | 'request' | 'file' | 'download' | 'share';

export type NodeEvent =
  | { readonly type: 'notice' | 'warning'; readonly text: string }
  | { readonly type: 'complete'; readonly group: string; readonly file: string; readonly path: string }
  | {
      readonly type: 'failed';
      readonly group: string;
      readonly file: string;
      readonly code: string;
      readonly text: string;
    };

export interface CreatedUser {
  readonly user: string;
  /** Shown once: 128 bits in groups of five characters. */
  readonly recoveryCode: string;
  /** Why the password is weak, if it is. */
  readonly weakness?: string;
}
export interface LoggedIn {
  readonly user: string;
  readonly shares: number;
  readonly downloads: number;
}
export interface Whoami {
  readonly user: string;
  readonly userId: string;
  /** Code of the identity key that people may compare. */
  readonly code: string;
  readonly trackers: number;
}
export interface NodeStatus {
  readonly user: string | null;
  /** Where this node's peers connect. */
  readonly listening: string;
  readonly dataDir: string;
  readonly trackers: readonly { readonly address: string; readonly state: string }[];
  readonly shares: number;
  readonly downloads: number;
  readonly peers: number;
  readonly downloadBytesPerSecond: number;
  readonly uploadBytesPerSecond: number;
  /** Ceilings of everything in bytes a second; null: none. */
  readonly downLimit: number | null;
  readonly upLimit: number | null;
}
export type LimitDirection = 'up' | 'down' | 'both';
/** Ceilings in bytes a second; null: none. */
export interface LimitRow {
  /** Null: of everything. */
  readonly group: string | null;
  /** Null: of all files of the group. */
  readonly file: string | null;
  readonly upLimit: number | null;
  readonly downLimit: number | null;
}
export interface Limits {
  /** Those that stand: that of everything first, then groups, then files. */
  readonly rows: readonly LimitRow[];
  readonly lanExempt: boolean;
}
export interface JoinAsked {
  readonly owner: string;
  /** Key code of the request; the owner sees the same one in list_requests. */
  readonly code: string;
}
export interface GroupRow {
  readonly group: string;
  readonly owner: string;
  readonly members: number;
  readonly you: 'owner' | 'member' | 'pending' | '-';
}
export interface RequestRow {
  readonly user: string;
  readonly code: string;
  /** When it was asked, ms since 1970, by the requester's clock. */
  readonly atMs: number;
}
export interface MemberRow {
  readonly user: string;
  readonly role: 'owner' | 'member';
  readonly online: boolean;
  /** Member since, ms since 1970. */
  readonly sinceMs: number;
}
export interface FileRow {
  readonly file: string;
  readonly size: number;
  readonly seeds: number;
  readonly leechers: number;
  /** First 8 hex digits of the content id (more where two would look alike). */
  readonly content: string;
  readonly sharers: readonly string[];
}
export interface HashProgress {
  readonly doneBytes: number;
  readonly totalBytes: number;
}
export interface Uploaded {
  readonly file: string;
  readonly content: string;
  /** 64 hex digits: under which the content is served in this group, for other BitTorrent programs. */
  readonly infoHash: string;
  readonly size: number;
  readonly files: number;
  /** What was left out, in plain words (junk files, links, empty folders). */
  readonly leftOut: readonly string[];
}
export interface DownloadStarted {
  readonly file: string;
  readonly path: string;
  readonly size: number;
  readonly queued: boolean;
}
/** D active, Q queued, P paused, C complete, F failed. */
export type DownloadState = 'D' | 'Q' | 'P' | 'C' | 'F';
export interface DownloadRow {
  readonly state: DownloadState;
  readonly group: string;
  readonly file: string;
  readonly path: string;
  readonly doneBytes: number;
  readonly totalBytes: number;
  readonly bytesPerSecond: number;
  /** The download's own ceiling in bytes a second; null: none. */
  readonly downLimit: number | null;
  /** Null when unknown. */
  readonly secondsLeft: number | null;
  readonly peers: number;
  /** `nobody online`, `nobody reachable`, why it failed, … or empty. */
  readonly remark: string;
}
export interface Rechecked {
  readonly goodBytes: number;
  readonly totalBytes: number;
}
export interface Exported {
  readonly file: string;
  readonly content: string;
  /** 64 hex digits. */
  readonly infoHash: string;
  readonly folder: string;
  /** Names of the files that were written, and of those that stood there just so. */
  readonly written: readonly string[];
  readonly kept: readonly string[];
  /** Of them the .torrent, and the user's key of the group. */
  readonly torrent: string;
  readonly key: string;
  /** When the member certificate ends, ms since 1970. */
  readonly endsAtMs: number;
  /** Announce URLs in the .torrent. */
  readonly trackers: number;
}
export interface Waited {
  readonly complete: number;
}
export interface PeerRow {
  readonly user: string;
  readonly address: string;
  /** `in` they dialled, `out` we did, `-` gone. */
  readonly direction: 'in' | 'out' | '-';
  /** What they hold, 0 to 1. */
  readonly progress: number;
  readonly bytesFrom: number;
  readonly bytesTo: number;
  readonly bytesPerSecondFrom: number;
  readonly bytesPerSecondTo: number;
  /** Why they were dropped, if they broke the rules: a stable code. */
  readonly fault?: string;
}
