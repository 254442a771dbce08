import { CommandError } from '../../base/index.ts';
import { parseDuration } from '../text/duration.ts';
import { absolutePath } from '../text/paths.ts';
import { parseSize } from '../text/size.ts';
import {
  type Option,
  type OptionTable,
  type Param,
  type ParamKind,
  type Typed,
  isSecret,
  usageOf,
  withoutSecrets,
} from './command.ts';
import { type Placed, placeWords } from './place-words.ts';

/**
 * Asks a person for a secret, unseen; undefined where there is no terminal to ask at. `again`: the one before once
 * more, in case it was mistyped.
 */
export type AskSecret =
  ((prompt: string, signal: AbortSignal, again?: boolean) => Promise<string>) | undefined;

/** How secrets are asked for, and what is to be checked before the first one is. */
interface Asking {
  readonly ask: NonNullable<AskSecret>;
  before(): Promise<void>;
}

/** Where secrets come from: `typed` among the other words, or asked for; or `asked` for alone. */
export type SecretWords = 'typed' | 'asked';

/** What of a command's words its run is given. */
export interface ReadWords {
  readonly args: readonly (string | number | undefined)[];
  readonly options: Readonly<Record<string, OptionValue>>;
}

type OptionValue = boolean | string | number | undefined | readonly (string | number)[];

/**
 * The words after a command's name as its arguments and options: counted, checked, secrets that were left out asked
 * for. INVALID_ARGUMENTS says how the command is used.
 */
export async function readWords(
  command: Typed,
  words: readonly string[],
  asking: Asking | undefined,
  secrets: SecretWords,
  signal: AbortSignal,
): Promise<ReadWords> {
  const { values, options } = checkWords(command, words, asking !== undefined, secrets);
  if (command.params.some((param, at) => isSecret(param.kind) && values[at] === undefined))
    await asking?.before();
  const args: (string | number | undefined)[] = [];
  for (const [at, param] of command.params.entries()) {
    const isAsked = values[at] === undefined && !param.optional && asking !== undefined;
    args.push(isAsked ? await askFor(param, asking.ask, signal) : values[at]);
  }
  return { args, options };
}

/** The same without asking: secrets that were left out are undefined. */
export function checkWords(
  command: Typed,
  words: readonly string[],
  canAsk: boolean,
  secrets: SecretWords,
): { readonly values: readonly (string | number | undefined)[]; readonly options: ReadWords['options'] } {
  const told = secrets === 'asked' ? { ...withoutSecrets(command), name: `mbt ${command.name}` } : command;
  const placed = placeWords(command.options ?? {}, words);
  const options = readOptions(told, placed);
  const typed = placed.flatMap((word) => (word.is === 'argument' ? [word.text] : []));
  const slots = command.params.map((param) =>
    secrets === 'asked' && isSecret(param.kind) ? undefined : typed.shift(),
  );
  if (typed.length > 0 && told.params.length < command.params.length) throw typedSecret();
  checkCount(command, told, slots, typed.length, canAsk);
  const values = command.params.map((param, at) => {
    const word = slots[at];
    return word === undefined ? undefined : toValue(told, param, word);
  });
  return { values, options };
}

const typedSecret = (): CommandError =>
  new CommandError(
    'INVALID_ARGUMENTS',
    'passwords and codes are never arguments, as other programs could read them: leave them out; they are asked for unseen, or read as lines from standard input',
  );

function checkCount(
  command: Typed,
  told: Typed,
  slots: readonly (string | undefined)[],
  left: number,
  canAsk: boolean,
): void {
  const missing = command.params.find(
    (param, at) => slots[at] === undefined && !param.optional && !(canAsk && isSecret(param.kind)),
  );
  if (missing !== undefined) throw misused(told, `<${missing.name}> is missing`);
  if (left === 0) return;
  throw misused(
    told,
    told.params.length === 0 ? 'it takes nothing' : 'too many words (quote names with blanks)',
  );
}

function readOptions(command: Typed, placed: readonly Placed[]): Record<string, OptionValue> {
  const read = noneGiven(command.options ?? {});
  for (const word of placed) {
    if (word.is === 'unknown') throw misused(command, noSuchOption(command, word.text));
    if (word.is !== 'option') continue;
    const { name, option } = word;
    const value = toOptionValue(command, word);
    const before = read[name];
    if (Array.isArray(before)) read[name] = [...(before as (string | number)[]), value as string | number];
    else if (before !== undefined && before !== false && option.kind !== 'flag')
      throw misused(command, `--${name} is given twice`);
    else read[name] = value;
  }
  return read;
}

const noneGiven = (options: OptionTable): Record<string, OptionValue> =>
  Object.fromEntries(
    Object.entries(options).map(([name, { kind, many }]) => [
      name,
      kind === 'flag' ? false : many ? [] : undefined,
    ]),
  );

/** Of a command that takes secrets the word isn't repeated: it may be one. */
function noSuchOption(command: Typed, text: string): string {
  const shown = command.params.some(({ kind }) => isSecret(kind)) ? 'such option' : `option ${text}`;
  return `it has no ${shown} (-- stands before words that begin with dashes)`;
}

function toOptionValue(
  command: Typed,
  { name, option, value }: Extract<Placed, { is: 'option' }>,
): boolean | string | number {
  if (option.kind === 'flag') {
    if (value !== undefined) throw misused(command, `--${name} takes no value`);
    return true;
  }
  if (value === undefined || value === '') throw misused(command, `--${name} lacks its <${option.value}>`);
  if (value.includes('\0')) throw misused(command, `--${name} has a character that no name can have`);
  return readOption(command, name, option, value);
}

function readOption(command: Typed, name: string, { kind }: Option, value: string): string | number {
  if (kind === 'duration') return parseDuration(value);
  if (kind === 'size') return parseSize(value);
  if (kind === 'path') return absolutePath(value);
  if (kind !== 'count') return value;
  if (/^[1-9]\d{0,5}$/.test(value)) return Number(value);
  throw misused(command, `--${name} is a number from 1, not "${value}"`);
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
  const second = await ask('The same again: ', signal, true);
  if (first !== second)
    throw new CommandError('INVALID_ARGUMENTS', 'the two passwords differ; nothing was done');
  return first;
}
