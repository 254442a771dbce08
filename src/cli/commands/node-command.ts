import type { NodeCommands } from '../../node/index.ts';
import type { Param, ShellCommand } from '../shell/command.ts';

export type NodeCommand = ShellCommand<NodeCommands>;

/** Declares a command of the client; its arguments get the types of its params. */
export function nodeCommand<const Params extends readonly Param[]>(
  command: ShellCommand<NodeCommands, Params>,
): NodeCommand {
  return command;
}

/** Arguments that many commands share. */
export const GROUP = { name: 'group_id', kind: 'group' } as const;
export const FILE = { name: 'file_name', kind: 'file' } as const;
export const SHARE = { name: 'file_name', kind: 'share' } as const;
export const DOWNLOAD = { name: 'file_name', kind: 'download' } as const;
