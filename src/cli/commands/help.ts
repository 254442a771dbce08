import type { View } from '../output/output.ts';
import { type ShellCommand, usageOf } from '../shell/command.ts';
import { unknownCommand } from '../shell/suggest.ts';
import { count } from '../text/format.ts';

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
  readonly summary: string;
  readonly topic: string;
  readonly teaches: string;
  readonly example: string;
}

function toHelpRow(command: ShellCommand<never>): HelpRow {
  return {
    command: command.name,
    usage: usageOf(command),
    summary: command.summary,
    topic: command.topic,
    teaches: command.teaches.join('\n'),
    example: command.example,
  };
}

const overview: View<HelpRow> = {
  plain: (row) => [row.command, row.usage, row.summary],
  human(rows) {
    const topics = [...new Set(rows.map((row) => row.topic))];
    return [
      ...topics.flatMap((topic) => [`${topic}:`, ...topicLines(rows, topic)]),
      'help <command> tells more. Tab completes. Ctrl-C stops a command.',
    ];
  },
};

/** Where summaries begin, unless the usage is longer: then below it. */
const SUMMARY_COLUMN = 38;

const topicLines = (rows: readonly HelpRow[], topic: string): string[] =>
  rows
    .filter((row) => row.topic === topic)
    .flatMap(({ usage, summary }) =>
      usage.length < SUMMARY_COLUMN - 3
        ? [`  ${usage}`.padEnd(SUMMARY_COLUMN) + summary]
        : [`  ${usage}`, ''.padEnd(SUMMARY_COLUMN) + summary],
    );

const lesson: View<HelpRow> = {
  plain: (row) => [row.command, row.usage, row.summary, row.example],
  human: (rows) =>
    rows.flatMap((row) => [
      `${row.usage}: ${row.summary}.`,
      ...row.teaches.split('\n').map((line) => `  ${line}`),
      `  Example: ${row.example}`,
    ]),
};
