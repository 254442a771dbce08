import type { z } from 'zod';
import type { localRows } from '../api/index.ts';

/**
 * What a person can ask of a node: the one seam between the node and its faces (shell, one-shot commands, page). Rows
 * and results are plain JSON values, so that a face can sit in another process. Every method rejects with
 * CommandError for an expected failure. Groups and users are named by label, as people type them.
 */
export interface NodeCommands {
  createUser(user: string, password: string): Promise<CreatedUser>;
  /** `remember`: keeps in the data folder, for this system user alone, what `loginRemembered` needs; never the password. */
  login(user: string, password: string, remember?: boolean): Promise<LoggedIn>;
  /** Logs in by what was kept, or resolves to undefined where nothing is. NO_TRACKER: try again later. */
  loginRemembered(): Promise<LoggedIn | undefined>;
  /** Forgets what `remember` kept, too. */
  logout(): Promise<void>;
  changePassword(oldPassword: string, newPassword: string): Promise<void>;
  /** Sets a new password by the recovery code, which is used up: the result carries its successor. */
  recoverUser(user: string, recoveryCode: string, newPassword: string): Promise<CreatedUser>;
  whoami(): Promise<Whoami>;
  status(): Promise<NodeStatus>;
  /** Asks each tracker about itself, the clock, and whether this node's port can be reached from there. */
  doctor(): Promise<Diagnosis>;

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

  invite(group: string, terms: InviteTerms): Promise<Invitation>;
  listInvitations(group: string): Promise<Invitation[]>;
  withdrawInvitation(group: string, id: string): Promise<void>;
  /** Asks to join by the link of an invitation. INVALID_INVITATION says what is wrong with it. */
  joinByInvitation(link: string): Promise<InvitedJoin>;

  listFiles(group: string): Promise<FileRow[]>;
  /** Hashes, then announces. Aborting `signal` ends it with INTERRUPTED and shares nothing. */
  uploadFile(
    path: string,
    group: string,
    onProgress: (progress: HashProgress) => void,
    signal: AbortSignal,
  ): Promise<Uploaded>;
  /** Returns as soon as the download is accepted; its end is an event. */
  downloadFile(
    group: string,
    file: string,
    destination: string,
    terms?: DownloadTerms,
  ): Promise<DownloadStarted>;
  /** The files inside a download or share. NOT_READY while its description has not come. */
  listContentFiles(group: string, file: string): Promise<ContentFileRow[]>;
  /** Of some files inside a download (`skip`: not wanted), or of the download as a whole among the others. */
  setPriority(
    group: string,
    file: string,
    paths: readonly string[] | undefined,
    priority: FilePriority,
  ): Promise<void>;
  pieceMap(group: string, file: string): Promise<PieceMap>;
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
  /** Limits that replace those of everything at certain hours of certain days; the first that fits counts. None: no schedule. */
  setSchedule(rules: readonly ScheduleRule[]): Promise<Limits>;
  /** Shares what appears in the folder, as soon as it is complete; each file or folder in it is a share. */
  watchFolder(path: string, group: string): Promise<WatchRow>;
  unwatchFolder(path: string, group: string): Promise<void>;
  /** Downloads into the folder what others share. Called again for a group, it replaces folder and terms. */
  followGroup(group: string, folder: string, terms: FollowTerms): Promise<FollowRow>;
  unfollowGroup(group: string): Promise<void>;
  listFolders(): Promise<Folders>;
  /** Writes what another BitTorrent program needs for it into `folder` (absolute; made if it is not there). */
  exportTorrent(group: string, file: string, folder: string): Promise<Exported>;

  /** Names for completion at the prompt; never fails, may be out of date. */
  completions(kind: CompletionKind, group: string | undefined): Promise<string[]>;
  /** News that come by themselves. Returns the way to stop listening. */
  onEvent(listener: (event: NodeEvent) => void): () => void;
  /** Something that a list shows may have changed; at most a few times a second for each list. Returns the way to stop listening. */
  onChange(listener: (change: NodeChange) => void): () => void;
  /** Stops serving, says goodbye to the trackers, closes files. Idempotent. */
  close(): Promise<void>;
}

/**
 * What only a face in the node's own process can have: bytes of a content, while it loads as well. `path` names a file
 * inside a folder.
 */
export interface LocalContent {
  /** NOT_READY while the description has not come; NO_SUCH_FILE for what is neither shared nor downloaded here. */
  openContent(group: string, file: string, path: string | undefined): Promise<ContentReader>;
}

/** One file of a content, read by someone who may be faster than the download. */
export interface ContentReader {
  readonly name: string;
  /** Id of the content that the file is in: another one under the same name is another file. */
  readonly content: string;
  readonly size: number;
  /**
   * Bytes from `start` up to `end`, in order; waits for what is missing, which is then asked for first. Rejects with
   * NOT_READY where a paused download lacks it.
   */
  read(start: number, end: number, signal: AbortSignal): AsyncIterable<Uint8Array>;
  close(): void;
}

/** A node together with what its own process can do beyond the seam. */
export type LocalNode = NodeCommands & LocalContent;

type Rows = typeof localRows;
export type LimitDirection = 'up' | 'down' | 'both';
export type DownloadState = DownloadRow['state'];
export type CreatedUser = z.infer<Rows['createdUser']>;
export type LoggedIn = z.infer<Rows['loggedIn']>;
export type Whoami = z.infer<Rows['whoami']>;
export type NodeStatus = z.infer<Rows['nodeStatus']>;
export type JoinAsked = z.infer<Rows['joinAsked']>;
export type GroupRow = z.infer<Rows['groupRow']>;
export type RequestRow = z.infer<Rows['requestRow']>;
export type MemberRow = z.infer<Rows['memberRow']>;
export type FileRow = z.infer<Rows['fileRow']>;
export type HashProgress = z.infer<Rows['hashProgress']>;
export type Uploaded = z.infer<Rows['uploaded']>;
export type DownloadStarted = z.infer<Rows['downloadStarted']>;
export type DownloadRow = z.infer<Rows['downloadRow']>;
export type Rechecked = z.infer<Rows['rechecked']>;
export type Exported = z.infer<Rows['exported']>;
export type Waited = z.infer<Rows['waited']>;
export type PeerRow = z.infer<Rows['peerRow']>;
export type CompletionKind = z.infer<Rows['completionKind']>;
export type NodeEvent = z.infer<Rows['nodeEvent']>;
export type NodeChange = z.infer<Rows['nodeChange']>;
export type FilePriority = z.infer<Rows['filePriority']>;
export type DownloadTerms = z.infer<Rows['downloadTerms']>;
export type ContentFileRow = z.infer<Rows['contentFileRow']>;
export type PieceMap = z.infer<Rows['pieceMap']>;
export type LimitRow = z.infer<Rows['limitRow']>;
export type ScheduleRule = z.infer<Rows['scheduleRule']>;
export type Limits = z.infer<Rows['limits']>;
export type WatchRow = z.infer<Rows['watchRow']>;
export type FollowTerms = z.infer<Rows['followTerms']>;
export type FollowRow = z.infer<Rows['followRow']>;
export type Folders = z.infer<Rows['folders']>;
export type InviteTerms = z.infer<Rows['inviteTerms']>;
export type Invitation = z.infer<Rows['invitation']>;
export type InvitedJoin = z.infer<Rows['invitedJoin']>;
export type Diagnosis = z.infer<Rows['diagnosis']>;
