import { type Clock, CommandError, type ErrorCode, sleep } from '../../base/index.ts';
import type { CommandOutput, Output } from '../output/output.ts';
import { splitWords } from '../text/words.ts';
import { type AskSecret, type ReadWords, type SecretWords, readWords } from './arguments.ts';
import type { CommandDone, ShellCommand } from './command.ts';
import { unknownCommand } from './suggest.ts';

/** What running a line means for the shell that ran it. */
export interface LineOutcome {
  readonly ok: boolean;
  readonly quit: boolean;
  /** Who is logged in from now on; undefined when that did not change. */
  readonly user: string | null | undefined;
  /** Of an error. */
  readonly code?: ErrorCode;
  /** What the command says that the exit code of its process is, if it does. */
  readonly exitCode?: number;
}

/** Longer lines are refused: no name or path is that long. */
export const LINE_CHARS_MAX = 64 * 1024;

/** How long a command that was stopped may take to end by itself before the shell goes on without it. */
const STOP_GRACE_MS = 1500;

const NOTHING_DONE: LineOutcome = { ok: true, quit: false, user: undefined };

/** Runs typed lines against `target`, one at a time, and prints exactly one SUCCESS or ERROR for each. */
export class CommandRunner<Target> {
  readonly #commands: ReadonlyMap<string, ShellCommand<Target>>;
  readonly #target: Target;
  readonly #output: Output;
  readonly #clock: Clock;
  readonly #secrets: SecretWords;

  constructor(
    commands: readonly ShellCommand<Target>[],
    target: Target,
    output: Output,
    clock: Clock,
    secrets: SecretWords = 'typed',
  ) {
    this.#secrets = secrets;
    this.#commands = byName(commands);
    this.#target = target;
    this.#output = output;
    this.#clock = clock;
  }

  /** Blank lines and lines that begin with # do nothing. */
  async runLine(line: string, ask: AskSecret, signal: AbortSignal): Promise<LineOutcome> {
    const { words, open } = splitWords(line.slice(0, LINE_CHARS_MAX));
    const name = words[0]?.text;
    if (name === undefined || line.trimStart().startsWith('#')) return NOTHING_DONE;
    const rest = words.slice(1).map((word) => word.text);
    return this.#runNamed(name, rest, ask, signal, () => checkWhole(line, open));
  }

  /** Runs a command whose words are split already. */
  runWords(
    name: string,
    words: readonly string[],
    ask: AskSecret,
    signal: AbortSignal,
  ): Promise<LineOutcome> {
    return this.#runNamed(name, words, ask, signal, () => undefined);
  }

  async #runNamed(
    name: string,
    words: readonly string[],
    ask: AskSecret,
    signal: AbortSignal,
    check: () => void,
  ): Promise<LineOutcome> {
    const command = this.#commands.get(name);
    const label = command?.name ?? name;
    try {
      if (command === undefined) throw unknownCommand(name, [...new Set(this.#commands.values())]);
      check();
      const target = this.#target;
      const asking = ask && { ask, before: async () => command.precheck?.(target) };
      const read = await readWords(command, words, asking, this.#secrets, signal);
      if (signal.aborted) throw new CommandError('INTERRUPTED', 'nothing was done');
      const done = await this.#run(command, read, signal);
      if (!done.silent) this.#output.success(label, done);
      const { quit = false, user, exitCode } = done;
      return { ok: true, quit, user, ...(exitCode === undefined ? {} : { exitCode }) };
    } catch (error) {
      const told = toCommandError(error);
      this.#output.error(label, told);
      return { ok: false, quit: false, user: undefined, code: told.code };
    }
  }

  async #run(
    command: ShellCommand<Target>,
    { args, options }: ReadWords,
    signal: AbortSignal,
  ): Promise<CommandDone> {
    const { out, end } = endable(this.#output.command(command.name));
    // The commands' types tie `args` to `params` and `options` to theirs, by which readWords made them.
    const given = { args: args as never, options: options as never };
    const typed = (line: string): string => (this.#secrets === 'asked' ? `mbt ${line}` : line);
    const call = { target: this.#target, ...given, out, clock: this.#clock, signal, typed };
    try {
      const running = command.run(call);
      return await (command.endsItself ? running : this.#orStopped(running, signal));
    } finally {
      out.progress([]);
      end();
    }
  }

  /** The command's own end; or INTERRUPTED, when it does not heed the signal in time. */
  async #orStopped<T>(running: Promise<T>, signal: AbortSignal): Promise<T> {
    const ended = new AbortController();
    try {
      return await Promise.race([running, this.#stopped(signal, ended.signal)]);
    } finally {
      ended.abort();
      running.catch(() => undefined); // after INTERRUPTED nobody waits for how it ends
    }
  }

  #stopped(signal: AbortSignal, ended: AbortSignal): Promise<never> {
    return new Promise((_, reject) => {
      const onAbort = (): void => {
        sleep(this.#clock, STOP_GRACE_MS, ended).then(
          () => reject(interrupted()),
          () => undefined,
        );
      };
      ended.addEventListener('abort', () => signal.removeEventListener('abort', onAbort), { once: true });
      if (signal.aborted) onAbort();
      else signal.addEventListener('abort', onAbort, { once: true });
    });
  }
}

const interrupted = (): CommandError =>
  new CommandError('INTERRUPTED', 'stopped waiting; what was already on its way may still take effect');

function byName<Target>(commands: readonly ShellCommand<Target>[]): Map<string, ShellCommand<Target>> {
  return new Map(
    commands.flatMap((command) =>
      [command.name, ...(command.aliases ?? [])].map((name) => [name, command] as const),
    ),
  );
}

function checkWhole(line: string, open: '"' | "'" | '\\' | undefined): void {
  if (line.length > LINE_CHARS_MAX)
    throw new CommandError('INVALID_ARGUMENTS', `the line is longer than ${LINE_CHARS_MAX} characters`);
  if (open === '\\')
    throw new CommandError('INVALID_ARGUMENTS', 'a backslash at the end of the line protects nothing');
  if (open !== undefined)
    throw new CommandError(
      'INVALID_ARGUMENTS',
      `the quote ${open} is never closed; write \\${open} for the character itself`,
    );
}

/** Rows or bars of a command that was given up come too late to be shown. */
function endable(inner: CommandOutput): { out: CommandOutput; end: () => void } {
  let ended = false;
  const out: CommandOutput = {
    rows: (view, rows) => void (ended || inner.rows(view, rows)),
    notice: (text) => void (ended || inner.notice(text)),
    warning: (text) => void (ended || inner.warning(text)),
    showsProgress: inner.showsProgress,
    progress: (bars) => void (ended || inner.progress(bars)),
  };
  return { out, end: () => (ended = true) };
}

/** Whatever was thrown, as people may read it. */
export function toCommandError(error: unknown): CommandError {
  if (error instanceof CommandError) return error;
  const code: ErrorCode = 'INTERNAL';
  const text = error instanceof Error ? error.message : String(error);
  return new CommandError(code, `this should not happen, please report it: ${text}`, { cause: error });
}
