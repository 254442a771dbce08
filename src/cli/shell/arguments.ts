import { homedir } from 'node:os';
import { join, resolve, sep } from 'node:path';
import { CommandError } from '../../base/index.ts';
import { type Param, type ParamKind, type ShellCommand, isSecret, usageOf } from './command.ts';

/** Asks a person for a secret, unseen; undefined where there is no terminal to ask at. */
export type AskSecret = ((prompt: string, signal: AbortSignal) => Promise<string>) | undefined;

/** How secrets are asked for, and what is to be checked before the first one is. */
interface Asking {
  readonly ask: NonNullable<AskSecret>;
  before(): Promise<void>;
}

type Typed = Pick<ShellCommand<never>, 'name' | 'params'>;

/**
 * The words after a command's name as its arguments: counted, checked, secrets that were left out asked for.
 * INVALID_ARGUMENTS says how the command is used.
 */
export async function readArguments(
  command: Typed,
  words: readonly string[],
  asking: Asking | undefined,
  signal: AbortSignal,
): Promise<(string | number | undefined)[]> {
  checkCount(command, words.length, asking !== undefined);
  if (command.params.some((param, at) => isSecret(param.kind) && words[at] === undefined))
    await asking?.before();
  const args: (string | number | undefined)[] = [];
  for (const [at, param] of command.params.entries()) {
    const word = words[at];
    if (word !== undefined) args.push(toValue(command, param, word));
    else if (param.optional || asking === undefined) args.push(undefined);
    else args.push(await askFor(param, asking.ask, signal));
  }
  return args;
}

function checkCount(command: Typed, given: number, canAsk: boolean): void {
  const { params } = command;
  const missing = params.slice(given).find((param) => !param.optional && !(canAsk && isSecret(param.kind)));
  if (given <= params.length && missing === undefined) return;
  if (missing !== undefined) throw misused(command, `<${missing.name}> is missing`);
  throw misused(
    command,
    params.length === 0 ? 'it takes nothing' : 'too many words (quote names with blanks)',
  );
}

const misused = (command: Typed, why: string): CommandError =>
  new CommandError('INVALID_ARGUMENTS', `${why}; use it like this: ${usageOf(command)}`);

function toValue(command: Typed, param: Param, word: string): string | number {
  if (word === '') throw misused(command, `<${param.name}> is empty`);
  if (word.includes('\0')) throw misused(command, `<${param.name}> has a character that no name can have`);
  if (param.choices && !param.choices.includes(word))
    throw misused(command, `<${param.name}> is ${param.choices.join(' or ')}, not "${word}"`);
  if (param.kind === 'path') return absolutePath(word);
  if (param.kind !== 'seconds') return word;
  const seconds = Number(word);
  if (/^\d+(\.\d+)?$/.test(word) && seconds <= MAX_SECONDS) return seconds;
  throw misused(command, `<${param.name}> is a number of seconds, not "${word}"`);
}

/** What timers can count: 24 days. */
const MAX_SECONDS = 2_000_000;

/**
 * Relative to the folder the shell runs in, `~` for the home folder. A separator at the end is kept: it says
 * that a folder is meant.
 */
export function absolutePath(typed: string): string {
  const path = resolve(expandHome(typed));
  return /[/\\]$/.test(typed) && !path.endsWith(sep) ? path + sep : path;
}

/** `~` and `~/…` with the home folder in its place. */
function expandHome(path: string): string {
  if (path === '~') return homedir();
  return path.startsWith('~/') ? join(homedir(), path.slice(2)) : path;
}

const PROMPTS: Partial<Record<ParamKind, string>> = {
  password: 'Password: ',
  'old-password': 'Old password: ',
  'new-password': 'New password: ',
  'recovery-code': 'Recovery code: ',
};

async function askFor(param: Param, ask: NonNullable<AskSecret>, signal: AbortSignal): Promise<string> {
  const first = await ask(PROMPTS[param.kind] ?? `${param.name}: `, signal);
  if (first === '') throw new CommandError('INVALID_ARGUMENTS', `<${param.name}> is empty`);
  if (param.kind !== 'new-password') return first;
  const second = await ask('The same again: ', signal);
  if (first !== second)
    throw new CommandError('INVALID_ARGUMENTS', 'the two passwords differ; nothing was done');
  return first;
}
