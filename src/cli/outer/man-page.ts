import { type Option, type ShellCommand, briefUsageOf, withoutSecrets } from '../shell/command.ts';
import { capital } from '../text/format.ts';
import { EXIT_CODES, FILES, INTRODUCTION, PROGRAM_COMMANDS, VARIABLES } from './manual.ts';
import { GLOBAL_OPTIONS } from './outer-command.ts';

/** The manual page in the man(7) language, from the same table by which commands are read. */
export function manPage(commands: readonly ShellCommand<never>[], version: string): string {
  const topics = [...new Set(commands.map(({ topic }) => topic))];
  return [
    `.TH MBT 1 "" "mini-bittorrent ${version}" "User Commands"`,
    '.nh', // names are to be copied
    '.ad l',
    '.SH NAME',
    'mbt \\- share large files within a group of people, encrypted, from peer to peer',
    '.SH SYNOPSIS',
    ...PROGRAM_COMMANDS.flatMap(({ usage }) => ['.br', `.B ${inText(`mbt ${usage}`)}`]),
    '.br',
    '.B mbt',
    '.I command',
    `[${inText('words')}...]`,
    '.SH DESCRIPTION',
    ...INTRODUCTION.flatMap((paragraph) => ['.PP', ...paragraph.map(inText)]),
    '.SH COMMANDS',
    ...PROGRAM_COMMANDS.flatMap(({ usage, summary }) => entry(usage, [summary])),
    ...topics.flatMap((topic) => [
      `.SS ${inText(topic)}`,
      ...commands.filter((command) => command.topic === topic).flatMap(commandLines),
    ]),
    '.SH OPTIONS',
    'Every command that speaks to the node takes these.',
    ...Object.entries(GLOBAL_OPTIONS).flatMap(([name, option]) => optionLines(name, option)),
    '.SH "EXIT STATUS"',
    ...EXIT_CODES.flatMap(([code, meaning]) => entry(code, [meaning])),
    '.SH ENVIRONMENT',
    ...VARIABLES.flatMap(([name, meaning]) => entry(name, [meaning])),
    '.SH FILES',
    ...FILES.flatMap(([name, meaning]) => entry(name, [meaning])),
    '',
  ].join('\n');
}

function commandLines(command: ShellCommand<never>): string[] {
  const { summary, teaches, options = {} } = command;
  const lines = [`${capital(summary)}.`, ...teaches];
  const told = Object.entries(options).flatMap(([name, option]) => optionLines(name, option));
  return [
    ...entry(briefUsageOf(withoutSecrets(command)), lines),
    ...(told.length === 0 ? [] : ['.RS', ...told, '.RE']),
  ];
}

const optionLines = (name: string, { short, value, summary }: Option): string[] => {
  const head = inText(`${short === undefined ? '' : `-${short}, `}--${name}`);
  return ['.TP', value === undefined ? `.B ${head}` : `.BI "${head}" " ${inText(value)}"`, inText(summary)];
};

const entry = (head: string, lines: readonly string[]): string[] => [
  '.TP',
  `.B ${inText(head)}`,
  ...lines.map(inText),
];

/** Text as troff reads it as itself: no escapes, no requests at the start of a line, dashes as typed. */
function inText(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replaceAll('"', '\\(dq')
    .replaceAll('~', '\\(ti')
    .replaceAll('^', '\\(ha')
    .replaceAll('`', '\\(ga');
  return escaped.startsWith('.') ? `\\&${escaped}` : escaped;
}
