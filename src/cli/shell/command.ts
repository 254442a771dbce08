import type { Clock } from '../../base/index.ts';
import type { CommandOutput, Done } from '../output/output.ts';
import type { CompletionKind } from '../../node/index.ts';

/**
 * What an argument is: this decides how it is checked, completed and, if it is a secret, asked for unseen
 * when left out (`new-password` twice) and kept out of the history.
 */
export type ParamKind =
  | 'text'
  | 'password'
  | 'old-password'
  | 'new-password'
  | 'recovery-code'
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

/** One run of a command against `target`, the node or the tracker. */
export interface Call<Target, Args> {
  readonly target: Target;
  readonly args: Args;
  readonly out: CommandOutput;
  readonly clock: Clock;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** What a command came to, and what that means for the shell. */
export interface CommandDone extends Done {
  /** Who the prompt names from now on; null for nobody. */
  readonly user?: string | null;
  /** Leave the shell. */
  readonly quit?: true;
}

/** A command as people type it: `help` is made from this, the shell runs it, so will other faces. */
export interface ShellCommand<Target, Params extends readonly Param[] = readonly Param[]> {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** Heading under which `help` lists it. */
  readonly topic: string;
  readonly params: Params;
  /** One line, no full stop. */
  readonly summary: string;
  /** What a newcomer must know, in a few lines. */
  readonly teaches: readonly string[];
  /** A line to type, as it could be typed. */
  readonly example: string;
  /** Refuses what can't be done now before anybody is asked for a password in vain. */
  readonly precheck?: (target: Target) => Promise<void>;
  run(call: Call<Target, ArgsOf<Params>>): Promise<CommandDone>;
}

/** `download_file <group_id> <file_name> <destination_path>`: optional ones in square brackets. */
export function usageOf(command: Pick<ShellCommand<never>, 'name' | 'params'>): string {
  const params = command.params.map((param) => (param.optional ? `[${param.name}]` : `<${param.name}>`));
  return [command.name, ...params].join(' ');
}

export const isSecret = (kind: ParamKind): boolean =>
  kind === 'password' || kind === 'old-password' || kind === 'new-password' || kind === 'recovery-code';
