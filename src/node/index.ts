/** The client: one user's account, groups, shares and downloads, behind the commands that its faces give. */
import type { LocalNode } from './commands.ts';
import { type NodeOptions, composeNode } from './node.ts';
import { openTransfers } from './transfers/index.ts';

export type {
  CompletionKind,
  ContentFileRow,
  ContentReader,
  CreatedUser,
  Diagnosis,
  DownloadRow,
  DownloadStarted,
  DownloadState,
  DownloadTerms,
  Exported,
  FilePriority,
  FileRow,
  Folders,
  FollowRow,
  FollowTerms,
  GroupRow,
  HashProgress,
  Invitation,
  InviteTerms,
  InvitedJoin,
  JoinAsked,
  LimitDirection,
  LimitRow,
  Limits,
  LocalContent,
  LocalNode,
  LoggedIn,
  MemberRow,
  NodeChange,
  NodeCommands,
  NodeEvent,
  NodeStatus,
  PeerRow,
  PieceMap,
  Rechecked,
  RequestRow,
  ScheduleRule,
  Uploaded,
  Waited,
  WatchRow,
  Whoami,
} from './commands.ts';
export type { NodeOptions } from './node.ts';

/** Opens a node as `composeNode` says, with files and peers of its own. */
export const openNode = (options: NodeOptions): Promise<LocalNode> => composeNode(options, openTransfers);
