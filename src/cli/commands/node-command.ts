import { CommandError } from '../../base/index.ts';
import type { HostCalls } from '../../local/index.ts';
import type { NodeCommands } from '../../node/index.ts';
import type { OptionTable, Param, ShellCommand } from '../shell/command.ts';

/** A node of this process, or one in the background, whose process can be asked as well. */
export type NodeTarget = NodeCommands & Partial<HostCalls>;

export type NodeCommand = ShellCommand<NodeTarget>;

/** Declares a command of the client; its arguments get the types of its params, its options theirs. */
export function nodeCommand<
  const Params extends readonly Param[],
  const Options extends OptionTable = Record<never, never>,
>(command: ShellCommand<NodeTarget, Params, Options>): NodeCommand {
  return command;
}

/** What the process of a node in the background can be asked. NO_NODE where the node is this process's own. */
export function hostOf(target: NodeTarget): HostCalls {
  if (isInBackground(target)) return target;
  throw new CommandError(
    'NO_NODE',
    'this shell is the node itself and has no page: quit, type mbt node start, then this again',
  );
}

export const isInBackground = (target: NodeTarget): target is NodeCommands & HostCalls =>
  target.nodeStatus !== undefined;

/** Arguments that many commands share. */
export const GROUP = { name: 'group_id', kind: 'group' } as const;
export const FILE = { name: 'file_name', kind: 'file' } as const;
export const SHARE = { name: 'file_name', kind: 'share' } as const;
export const DOWNLOAD = { name: 'file_name', kind: 'download' } as const;
