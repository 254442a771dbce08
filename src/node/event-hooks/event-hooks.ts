import type { Clock, Logger } from '../../base/index.ts';
import type { NodeCommands } from '../commands.ts';
import { desktopProgram, type DesktopProgram } from './desktop.ts';
import { DesktopNotes } from './desktop-notes.ts';
import { EventCommand } from './event-command.ts';
import { toldKind, toldText } from './told-event.ts';

export interface EventHookOptions {
  /** A line for the user's shell, run for each event that people want to know of; absent: none. */
  readonly command?: string;
  /** Whether such events are shown on the desktop, where there is one. */
  readonly desktop: boolean;
}

export interface EventHookTools {
  readonly onEvent: NodeCommands['onEvent'];
  readonly clock: Clock;
  readonly log: Logger;
  /** Tells the user that the command fails. */
  readonly warn: (text: string) => void;
  /** How this machine shows notifications; undefined: not at all. */
  readonly program?: DesktopProgram | undefined;
}

export interface EventHooks {
  /** Ends what still runs. Idempotent. */
  close(): Promise<void>;
}

/**
 * Tells the user's command and the desktop of what people want to know of while they look elsewhere: requests to join, answers to
 * them, removals, finished and failed downloads, changed keys.
 */
export function openEventHooks(options: EventHookOptions, tools: EventHookTools): EventHooks {
  const { clock, log, warn } = tools;
  const { program = desktopProgram(process.platform, process.env) } = tools;
  const command =
    options.command === undefined
      ? undefined
      : new EventCommand({ command: options.command, clock, log, warn });
  const notes = options.desktop && program ? new DesktopNotes({ program, clock, log }) : undefined;
  const deafen = tools.onEvent((event) => {
    const kind = toldKind(event);
    if (kind === undefined) return;
    command?.tell(kind, event);
    notes?.tell(toldText(event));
  });
  return {
    close: async () => {
      deafen();
      await Promise.all([command?.close(), notes?.close()]);
    },
  };
}
