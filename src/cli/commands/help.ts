import type { View } from '../output/output.ts';
import { type ShellCommand, briefUsageOf, optionUsage, usageOf } from '../shell/command.ts';
import { unknownCommand } from '../shell/suggest.ts';
import { count } from '../text/format.ts';
import { lineOf, wrap } from '../text/wrap.ts';

/** `help` over the commands that `list` gives: all in one view, or one with an example. */
export function helpCommand(list: () => readonly ShellCommand<never>[]): ShellCommand<unknown> {
  const params = [{ name: 'command', kind: 'command', optional: true }] as const;
  const command: ShellCommand<unknown, typeof params> = {
    name: 'help',
    topic: 'This shell',
    params,
    summary: 'all commands, or one with an example',
    teaches: ['Quote names that have blanks: "Japan Tour.jpg" or Japan\\ Tour.jpg. Tab completes.'],
    example: 'help upload_file',
    async run({ args: [name], out }) {
      const commands = list();
      const one = commands.find((known) => known.name === name || known.aliases?.includes(name ?? ''));
      if (name !== undefined && one === undefined) throw unknownCommand(name, commands);
      const shown = one === undefined ? commands : [one];
      out.rows(one === undefined ? overview : lesson, shown.map(toHelpRow));
      return { text: one === undefined ? count(shown.length, 'command') : usageOf(one) };
    },
  };
  return command;
}

interface HelpRow {
  readonly command: string;
  readonly usage: string;
  readonly brief: string;
  readonly summary: string;
  readonly topic: string;
  readonly teaches: string;
  readonly options: readonly OptionRow[];
  readonly example: string;
}

interface OptionRow {
  readonly option: string;
  readonly summary: string;
}

export function toHelpRow(command: ShellCommand<never>): HelpRow {
  return {
    command: command.name,
    usage: usageOf(command),
    brief: briefUsageOf(command),
    summary: command.summary,
    topic: command.topic,
    teaches: command.teaches.join('\n'),
    options: Object.entries(command.options ?? {}).map(([name, option]) => ({
      option: (option.short === undefined ? '' : `-${option.short}, `) + optionUsage(name, option),
      summary: option.summary,
    })),
    example: command.example,
  };
}

export const overview: View<HelpRow> = {
  plain: (row) => [row.command, row.usage, row.summary],
  human(rows, columns) {
    const topics = [...new Set(rows.map((row) => row.topic))];
    return [
      ...topics.flatMap((topic) => [`${topic}:`, ...topicLines(rows, topic, columns)]),
      ...wrap('help <command> tells more. Tab completes. Ctrl-C stops a command.', lineOf(columns)),
    ];
  },
};

/** Where summaries begin, unless the usage is longer: then below it. */
const SUMMARY_COLUMN = 38;
/** On a screen narrower than this, summaries stand below the usage, little indented. */
const WIDE_COLUMNS = 80;
const topicLines = (rows: readonly HelpRow[], topic: string, columns: number): string[] =>
  rows.filter((row) => row.topic === topic).flatMap((row) => commandLines(row, columns));

const commandLines = ({ brief, summary }: HelpRow, columns: number): string[] =>
  hanging(brief, summary, columns < WIDE_COLUMNS ? 6 : SUMMARY_COLUMN, columns);

/** `head`, and `text` from `column` on: beside it, or below it where it is too long. */
function hanging(head: string, text: string, column: number, columns: number): string[] {
  const indent = ' '.repeat(column);
  const told = wrap(text, lineOf(columns) - column).map((line) => indent + line);
  if (head.length >= column - 3)
    return [...wrap(head, lineOf(columns) - 2, '  ').map((line) => `  ${line}`), ...told];
  const [first = '', ...rest] = told;
  return [`  ${head}`.padEnd(column) + first.slice(column), ...rest];
}

export const lesson: View<HelpRow> = {
  plain: (row) => [row.command, row.usage, row.summary, row.example],
  human: (rows, columns) =>
    rows.flatMap((row) => [
      ...wrap(`${row.usage}: ${row.summary}.`, lineOf(columns), '  '),
      ...wrap(row.teaches, lineOf(columns) - 2).map((line) => `  ${line}`),
      ...row.options.flatMap((option) => optionLines(option, columns)),
      `  Example: ${row.example}`,
    ]),
};

/** Where summaries of options begin. */
const OPTION_COLUMN = 24;

const optionLines = ({ option, summary }: OptionRow, columns: number): string[] =>
  hanging(option, summary, columns < WIDE_COLUMNS ? 6 : OPTION_COLUMN, columns);
