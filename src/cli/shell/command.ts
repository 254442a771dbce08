import type { Clock } from '../../base/index.ts';
import type { CommandOutput, Done } from '../output/output.ts';
import type { CompletionKind } from '../../node/index.ts';

/**
 * What an argument is: this decides how it is checked, completed and, if it is a secret, asked for unseen
 * when left out (`new-password` twice) and kept out of the history, as an `invitation` is.
 */
export type ParamKind =
  | 'text'
  | 'password'
  | 'old-password'
  | 'new-password'
  | 'recovery-code'
  | 'invitation'
  | 'path'
  | 'seconds'
  | 'command'
  | CompletionKind;

export interface Param {
  readonly name: string;
  readonly kind: ParamKind;
  readonly optional?: true;
  /** The only words that may stand there. */
  readonly choices?: readonly string[];
}

type Value<P extends Param> = P extends { readonly choices: readonly (infer Choice)[] }
  ? Choice
  : P['kind'] extends 'seconds'
    ? number
    : string;
type Arg<P extends Param> = P extends { readonly optional: true } ? Value<P> | undefined : Value<P>;

/** The arguments of a command in the order of its params. Paths are absolute. */
export type ArgsOf<Params extends readonly Param[]> = {
  readonly [At in keyof Params]: Arg<Params[At]>;
};

/** What the value of an option is: a `duration` comes as seconds, a `size` as bytes, a `count` is at least 1. */
export type OptionKind = 'flag' | 'text' | 'path' | 'duration' | 'size' | 'count';

/** `--name`, or `--name value`, anywhere after a command's name. */
export interface Option {
  readonly kind: OptionKind;
  /** What usages call its value; a flag has none. */
  readonly value?: string;
  /** A letter that means the same: `-f`. */
  readonly short?: string;
  /** May be given again and again. */
  readonly many?: true;
  /** One line, no full stop. */
  readonly summary: string;
}

export type OptionTable = Readonly<Record<string, Option>>;

type Single<O extends Option> = O['kind'] extends 'duration' | 'size' | 'count' ? number : string;
type OptionValue<O extends Option> = O['kind'] extends 'flag'
  ? boolean
  : O extends { readonly many: true }
    ? readonly Single<O>[]
    : Single<O> | undefined;

/** The options of a call by name: false, undefined or empty where not given. */
export type OptionsOf<Options extends OptionTable> = {
  readonly [Name in keyof Options]: OptionValue<Options[Name]>;
};

/** One run of a command against `target`, the node or the tracker. */
export interface Call<Target, Args, Options = object> {
  readonly target: Target;
  readonly args: Args;
  readonly options: Options;
  readonly out: CommandOutput;
  readonly clock: Clock;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Another command as it is typed where this one was: in a shell of ours, or in the system's, after `mbt`. */
  readonly typed: (line: string) => string;
}

/** What a command came to, and what that means for the shell. */
export interface CommandDone extends Done {
  /** Who the prompt names from now on; null for nobody. */
  readonly user?: string | null;
  /** Leave the shell. */
  readonly quit?: true;
  /** Of a process that was started for this command alone; 0 unless said otherwise. */
  readonly exitCode?: number;
  /** All is said already: no SUCCESS line. */
  readonly silent?: true;
}

/** A command as people type it: `help` is made from this, the shell runs it, so do one-shot calls. */
export interface ShellCommand<
  Target,
  Params extends readonly Param[] = readonly Param[],
  Options extends OptionTable = OptionTable,
> {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** Heading under which `help` lists it. */
  readonly topic: string;
  readonly params: Params;
  readonly options?: Options;
  /** One line, no full stop. */
  readonly summary: string;
  /** What a newcomer must know, in a few lines. */
  readonly teaches: readonly string[];
  /** A line to type, as it could be typed. */
  readonly example: string;
  /** Heeds a stop by itself, however long its end takes: it is waited for. */
  readonly endsItself?: true;
  /** Refuses what can't be done now before anybody is asked for a password in vain. */
  readonly precheck?: (target: Target) => Promise<void>;
  run(call: Call<Target, ArgsOf<Params>, OptionsOf<Options>>): Promise<CommandDone>;
}

/** What of a command says how its words are read. */
export type Typed = Pick<ShellCommand<never>, 'name' | 'params' | 'options'>;

/** `download_file <group_id> <file_name> <destination_path> [--wait]`: optional ones in square brackets. */
export function usageOf(command: Typed): string {
  const options = Object.entries(command.options ?? {}).map(
    ([name, option]) => `[${optionUsage(name, option)}]${option.many ? '...' : ''}`,
  );
  return [command.name, ...paramsUsage(command), ...options].join(' ');
}

/** More options than that are only counted where there is little room. */
const OPTIONS_SHOWN_MAX = 3;

/** The same for an overview: `node start [options]`. */
export const briefUsageOf = (command: Typed): string =>
  Object.keys(command.options ?? {}).length <= OPTIONS_SHOWN_MAX
    ? usageOf(command)
    : [command.name, ...paramsUsage(command), '[options]'].join(' ');

const paramsUsage = ({ params }: Typed): string[] =>
  params.map((param) => (param.optional ? `[${param.name}]` : `<${param.name}>`));

/** `--expires <time>` */
export const optionUsage = (name: string, { value }: Option): string =>
  value === undefined ? `--${name}` : `--${name} <${value}>`;

/** Asked for unseen when left out, and never an argument of a one-shot command. */
export const isSecret = (kind: ParamKind): boolean =>
  kind === 'password' || kind === 'old-password' || kind === 'new-password' || kind === 'recovery-code';

/** Not for the history: whoever reads it there could use it. */
export const isKeptOut = (kind: ParamKind): boolean => isSecret(kind) || kind === 'invitation';

/** As a one-shot command takes it: secrets are no words of it. */
export const withoutSecrets = <Command extends Typed>(command: Command): Command => ({
  ...command,
  params: command.params.filter(({ kind }) => !isSecret(kind)),
});
