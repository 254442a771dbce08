import type { Tracker } from '../../tracker/index.ts';
import type { ShellCommand } from '../shell/command.ts';

export type TrackerCommand = ShellCommand<Tracker>;
