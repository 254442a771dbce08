import type { Clock, Logger } from '../../base/index.ts';
import type { Output } from '../output/output.ts';
import type { AskSecret } from '../shell/arguments.ts';
import type { OptionTable, Param, ShellCommand } from '../shell/command.ts';
import type { StopSignals } from '../shell/stop-signals.ts';
import type { Streams } from '../shell/streams.ts';

/** What a command of the program, rather than of a node, may use: this process and the machine it runs on. */
export interface Outer {
  /** Data folder of the node that is meant. */
  readonly dataDir: string;
  readonly json: boolean;
  readonly environment: NodeJS.ProcessEnv;
  readonly streams: Streams;
  readonly stop: StopSignals;
  readonly clock: Clock;
  readonly log: Logger;
  readonly output: Output;
  readonly ask: Asker;
}

/** Asks the person at the terminal, or reads lines from standard input. */
export interface Asker {
  /** Whether somebody can be asked: else answers are lines that must be there. */
  readonly isPerson: boolean;
  secret: NonNullable<AskSecret>;
  /** A line, shown as it is typed, without blanks around it. */
  line(prompt: string, signal: AbortSignal): Promise<string>;
}

/** Declares one. Its name may be of two words, as `node start`. */
export function outerCommand<
  const Params extends readonly Param[],
  const Options extends OptionTable = Record<never, never>,
>(command: ShellCommand<Outer, Params, Options>): OuterCommand {
  return command;
}

export type OuterCommand = ShellCommand<Outer>;

/** Options that every command of a node in the background takes on the command line. */
export const GLOBAL_OPTIONS = {
  data: {
    kind: 'path',
    value: 'dir',
    summary: 'data folder of the node (default: $MBT_DATA, else in your home)',
  },
  json: { kind: 'flag', summary: 'print a JSON object a line' },
} as const satisfies OptionTable;
