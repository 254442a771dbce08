import type { View } from '../output/output.ts';
import { alignedLines } from '../output/table.ts';
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
    summary: 'all commands, or what one does, with an example',
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
  human(rows, columns) {
    const topics = [...new Set(rows.map((row) => row.topic))];
    return [
      ...topics.flatMap((topic) => [`${topic}:`, ...topicLines(rows, topic, columns)]),
      'help <command> tells more, with an example. Tab completes. Ctrl-C stops a command.',
    ];
  },
};

/** Usage and summary side by side; on a narrow screen the summary stands below. */
function topicLines(rows: readonly HelpRow[], topic: string, columns: number): string[] {
  const cells = rows.filter((row) => row.topic === topic).map((row) => [`  ${row.usage}`, row.summary]);
  const aligned = alignedLines(cells, ['left', 'left']);
  if (aligned.every((line) => line.length < columns)) return aligned;
  return cells.flatMap(([usage = '', summary = '']) => [usage, `      ${summary}`]);
}

const lesson: View<HelpRow> = {
  plain: (row) => [row.command, row.usage, row.summary, row.example],
  human: (rows) =>
    rows.flatMap((row) => [
      `${row.usage}: ${row.summary}.`,
      ...row.teaches.split('\n').map((line) => `  ${line}`),
      `  Example: ${row.example}`,
    ]),
};
