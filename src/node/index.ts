/** The client: one user's account, groups, shares and downloads, behind the commands that its faces give. */
import type { NodeCommands } from './commands.ts';
import { type NodeOptions, composeNode } from './node.ts';
import { openTransfers } from './transfers/index.ts';

export type {
  CompletionKind,
  CreatedUser,
  DownloadRow,
  DownloadStarted,
  DownloadState,
  Exported,
  FileRow,
  GroupRow,
  HashProgress,
  JoinAsked,
  LimitDirection,
  LimitRow,
  Limits,
  LoggedIn,
  MemberRow,
  NodeCommands,
  NodeEvent,
  NodeStatus,
  PeerRow,
  Rechecked,
  RequestRow,
  Uploaded,
  Waited,
  Whoami,
} from './commands.ts';
export type { NodeOptions } from './node.ts';

/** Opens a node as `composeNode` says, with files and peers of its own. */
export const openNode = (options: NodeOptions): Promise<NodeCommands> => composeNode(options, openTransfers);
