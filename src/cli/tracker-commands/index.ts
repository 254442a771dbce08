/** The commands of a tracker's console. */
import { helpCommand } from '../commands/help.ts';
import { quitCommand } from '../commands/quit.ts';
import { status } from './status.ts';
import { sync } from './sync.ts';
import type { TrackerCommand } from './tracker-command.ts';

export { tellFaults } from './status.ts';

export const trackerCommands: readonly TrackerCommand[] = [
  status,
  sync,
  helpCommand(() => trackerCommands),
  quitCommand(['Stops this tracker. The others of the list go on; it catches up when it returns.']),
];
