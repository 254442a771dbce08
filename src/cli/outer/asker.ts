import { createInterface } from 'node:readline/promises';
import type { Readable } from 'node:stream';
import { CommandError } from '../../base/index.ts';
import { type OutputStream, StreamScreen } from '../output/screen.ts';
import { readLines } from '../shell/batch.ts';
import { askHidden } from '../shell/hidden-input.ts';
import { type InputStream, Keyboard } from '../shell/keyboard.ts';
import type { Asker } from './outer-command.ts';

/** Asks at the terminal if both are one, by `output` so that results can be redirected; else reads lines of `input`. */
export function openAsker(
  input: Readable & InputStream,
  output: OutputStream,
  terminalType: string | undefined,
  signal: AbortSignal,
): Asker {
  if (input.isTTY === true && output.isTTY === true) return new TerminalAsker(input, output, terminalType);
  return new LineAsker(input, signal);
}

class TerminalAsker implements Asker {
  readonly isPerson = true;
  readonly #input: Readable & InputStream;
  readonly #output: OutputStream;
  readonly #screen: StreamScreen;

  constructor(input: Readable & InputStream, output: OutputStream, terminalType: string | undefined) {
    this.#input = input;
    this.#output = output;
    this.#screen = new StreamScreen(output, terminalType);
  }

  readonly secret: Asker['secret'] = async (prompt, signal) => {
    const keyboard = new Keyboard(this.#input);
    keyboard.regain();
    try {
      return await askHidden(keyboard, this.#screen, prompt, signal);
    } finally {
      keyboard.close();
    }
  };

  async line(prompt: string, signal: AbortSignal): Promise<string> {
    const editor = createInterface({ input: this.#input, output: this.#output, historySize: 0 });
    const stopped = new AbortController();
    const stop = (): void => stopped.abort();
    for (const name of ['SIGINT', 'close'] as const) editor.once(name, stop);
    signal.addEventListener('abort', stop, { once: true });
    try {
      return (await editor.question(prompt, { signal: stopped.signal })).trim();
    } catch {
      this.#output.write('\n');
      throw new CommandError('INTERRUPTED', 'nothing was done');
    } finally {
      signal.removeEventListener('abort', stop);
      editor.off('close', stop);
      editor.close();
    }
  }
}

class LineAsker implements Asker {
  readonly isPerson = false;
  readonly #lines: AsyncGenerator<string, void, undefined>;
  #last = '';

  constructor(input: Readable, signal: AbortSignal) {
    this.#lines = readLines(input, signal);
  }

  readonly secret: Asker['secret'] = async (prompt, _signal, again) =>
    again ? this.#last : (this.#last = await this.#next(prompt));

  async line(prompt: string): Promise<string> {
    return (await this.#next(prompt)).trim();
  }

  async #next(prompt: string): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done !== true) return value;
    const what = prompt.replace(/[:\s]+$/, '').toLowerCase();
    throw new CommandError(
      'INVALID_ARGUMENTS',
      `the ${what} is missing: there is no terminal to ask at, and standard input has no line for it`,
    );
  }
}
