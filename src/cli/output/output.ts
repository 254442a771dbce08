import type { CommandError } from '../../base/index.ts';
import type { NodeEvent } from '../../node/index.ts';

/** How rows of one kind look. The row itself, a plain JSON value, is what `--json` prints. */
export interface View<Row> {
  /** The cells that a program reads, separated by tabs: the label or file name first. */
  plain(row: Row): readonly string[];
  /** The lines that a person reads at a terminal, heading and `none` included. */
  human(rows: readonly Row[], columns: number): readonly string[];
}

/** Something that grows: shown as a bar at a terminal, nowhere else. */
export interface ProgressBar {
  readonly label: string;
  readonly done: number;
  readonly total: number;
  /** Speed, time left and the like. */
  readonly note: string;
}

/** What a command may say before its one SUCCESS or ERROR line. */
export interface CommandOutput {
  rows<Row extends object>(view: View<Row>, rows: readonly Row[]): void;
  notice(text: string): void;
  warning(text: string): void;
  /** False where bars would not be seen, so that nobody needs to gather numbers for them. */
  readonly showsProgress: boolean;
  /** Replaces the bars at the bottom of the terminal; none takes them away. */
  progress(bars: readonly ProgressBar[]): void;
}

/** What a command came to: `text` says it in words, `fields` in values for programs. */
export interface Done {
  readonly text: string;
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** Where everything goes that people or programs read; each line whole and free of control characters. */
export interface Output {
  command(name: string): CommandOutput;
  success(command: string, done: Done): void;
  error(command: string, error: CommandError): void;
  event(event: NodeEvent): void;
}
