/** Commands of the program itself, in the order in which help lists them; those of the node follow them. */
import { nodeCommands } from '../commands/index.ts';
import type { ShellCommand } from '../shell/command.ts';
import { completion } from './completion.ts';
import { doctor } from './doctor.ts';
import { join } from './join.ts';
import { manCommand } from './man.ts';
import { nodeStart, nodeStatus, nodeStop } from './node-control.ts';
import { nodeInstall, nodeUninstall } from './node-install.ts';
import { nodeLog } from './node-log.ts';
import { nodeRun } from './node-run.ts';
import type { OuterCommand } from './outer-command.ts';
import { shell } from './shell.ts';
import { web } from './web.ts';

export const outerCommands: readonly OuterCommand[] = [
  join,
  doctor,
  web,
  shell,
  nodeStart,
  nodeStop,
  nodeStatus,
  nodeLog,
  nodeRun,
  nodeInstall,
  nodeUninstall,
  completion,
  manCommand(() => allCommands()),
];

/** Commands of the node that make sense one at a time, and that the program has not of its own. */
export const oneShotCommands = nodeCommands.filter(
  ({ name }) => name !== 'help' && name !== 'quit' && !outerCommands.some((outer) => outer.name === name),
);

/** All that may follow `mbt`, but for client and tracker. */
export const allCommands = (): readonly ShellCommand<never>[] => [...outerCommands, ...oneShotCommands];
