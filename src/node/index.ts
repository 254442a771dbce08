/** The client: one user's account, groups, shares and downloads, behind the commands that its faces give. */
import type { LocalNode } from './commands.ts';
import type { NodeOptions } from './node.ts';

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
export type { EventHookOptions } from './event-hooks/index.ts';
export type { NodeOptions } from './node.ts';
/** For who serves a node's local API, or listens to it. */
export { lockFolder, socketFolder } from './folder-lock.ts';
export { readPrivateFile, writePrivateFile } from './private-file.ts';
export { SseDecoder } from './session/sse-decoder.ts';

/**
 * Opens a node as `composeNode` says, with files and peers of its own. It is loaded only now: who merely speaks to a node
 * in another process answers at once.
 */
export async function openNode(options: NodeOptions): Promise<LocalNode> {
  const [{ composeNode }, { openTransfers }] = await Promise.all([
    import('./node.ts'),
    import('./transfers/index.ts'),
  ]);
  return composeNode(options, openTransfers);
}

/** Bytes that this user may still write on the disk of a folder. */
export async function freeBytesOn(folder: string): Promise<number> {
  return (await import('../storage/index.ts')).freeBytesOn(folder);
}
