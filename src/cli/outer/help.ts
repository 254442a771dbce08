import type { CommandError } from '../../base/index.ts';
import { lesson, overview, toHelpRow } from '../commands/help.ts';
import { type ShellCommand, withoutSecrets } from '../shell/command.ts';
import { unknownCommand } from '../shell/suggest.ts';
import { lineOf, wrap } from '../text/wrap.ts';
import { allCommands } from './index.ts';
import { PROGRAM_COMMANDS } from './manual.ts';
import { GLOBAL_OPTIONS } from './outer-command.ts';

/** What `mbt help` prints. */
export function overviewText(columns: number): string {
  const width = lineOf(columns);
  const rows = allCommands().map((command) => toHelpRow(withoutSecrets(command)));
  return lines([
    'Usage: mbt <command> [words] [--data <dir>] [--json]',
    '',
    ...PROGRAM_COMMANDS.flatMap(({ usage, summary }) => [
      `  ${usage}`,
      ...wrap(summary, width - 6).map((line) => `      ${line}`),
    ]),
    ...overview.human(rows, columns).slice(0, -1),
    ...wrap('mbt help <command> tells more, mbt man all of it.', width),
  ]);
}

/** What `mbt help <command>` prints; UNKNOWN_COMMAND where there is none. */
export function lessonText(name: string, columns: number): string {
  const command = findCommand(name);
  if (command === undefined) return familyText(name, columns);
  const options = { ...command.options, ...GLOBAL_OPTIONS };
  const row = toHelpRow(withoutSecrets({ ...command, options }));
  const { usage } = toHelpRow(withoutSecrets(command));
  return lines(lesson.human([{ ...row, usage: `mbt ${usage}`, example: `mbt ${row.example}` }], columns));
}

/** Of words that are no command, those that were probably meant to be one: two where commands of two words begin so. */
export function nameMeant([first = '', second = '-']: readonly string[]): string {
  return familyOf(first).length > 0 && !second.startsWith('-') ? `${first} ${second}` : first;
}

const familyOf = (name: string): ShellCommand<never>[] =>
  allCommands().filter((command) => command.name.startsWith(`${name} `));

/** The commands of two words that begin so. */
function familyText(name: string, columns: number): string {
  const family = familyOf(name);
  if (family.length === 0) throw unknownProgram(name);
  const rows = family.map((command) => ({ ...toHelpRow(command), topic: `mbt ${name}` }));
  return lines([
    ...overview.human(rows, columns).slice(0, -1),
    ...wrap(`mbt help ${name} <command> tells more.`, columns - 1),
  ]);
}

/** The command of that name, its dashes and underscores alike. */
export const findCommand = (name: string): ShellCommand<never> | undefined =>
  allCommands().find((command) => command.name === name.replaceAll('-', '_'));

const unknownProgram = (name: string): CommandError => {
  const names = [...PROGRAM_COMMANDS, ...allCommands(), { name: 'help' }];
  return unknownCommand(name, names, 'mbt help tells all commands');
};

const lines = (texts: readonly string[]): string => texts.map((line) => `${line}\n`).join('');
