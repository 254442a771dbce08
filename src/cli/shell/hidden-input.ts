import { CommandError } from '../../base/index.ts';
import type { StreamScreen } from '../output/screen.ts';
import type { Keyboard } from './keyboard.ts';

/** More is not taken in. */
const SECRET_CHARS_MAX = 1024;

/** Arrow and function keys, and Alt with a key: they begin with an escape. */
const ESCAPE_SEQUENCE = /^\p{Cc}(?:\[[0-9;?]*[ -/]*[@-~]|O.|.)?/u;

/** A line typed unseen: text in, the finished secret out. Holds nothing once it is done. */
export class SecretLine {
  #characters: string[] = [];

  /** Takes typed text; says how it ended, with what follows the end, or undefined for more. */
  push(typed: string): { secret: string | undefined; rest: string } | undefined {
    let at = 0;
    while (at < typed.length) {
      const key = typed.startsWith('\x1b', at)
        ? (ESCAPE_SEQUENCE.exec(typed.slice(at))?.[0] ?? '\x1b')
        : String.fromCodePoint(typed.codePointAt(at) ?? 0);
      at += key.length;
      const ended = this.#press(key);
      if (ended !== undefined) return { ...ended, rest: typed.slice(at).replace(/^\n/, '') };
    }
    return undefined;
  }

  #press(key: string): { secret: string | undefined } | undefined {
    if (key === '\r' || key === '\n') return this.#end(this.#characters.join(''));
    if (key === CTRL_C) return this.#end(undefined);
    if (key === CTRL_D) return this.#characters.length === 0 ? this.#end(undefined) : undefined;
    if (key === CTRL_U) this.#characters = [];
    else if (key === '\x7f' || key === '\b') this.#characters.pop();
    else if (key >= ' ' && this.#characters.length < SECRET_CHARS_MAX) this.#characters.push(key);
    return undefined;
  }

  #end(secret: string | undefined): { secret: string | undefined } {
    this.#characters = [];
    return { secret };
  }
}

const CTRL_C = '\x03';
const CTRL_D = '\x04';
const CTRL_U = '\x15';

/**
 * Asks at the bottom of the screen and shows nothing of the answer. INTERRUPTED by Ctrl-C, by Ctrl-D before
 * the first character, or by `signal`.
 */
export async function askHidden(
  keyboard: Keyboard,
  screen: StreamScreen,
  prompt: string,
  signal: AbortSignal,
): Promise<string> {
  const line = new SecretLine();
  const previous = screen.attach({ cursorRow: () => 0, redraw: () => screen.writeRaw(prompt) });
  screen.writeRaw(prompt);
  try {
    return await new Promise<string>((resolve, reject) => {
      const onAbort = (): void => {
        takeBack();
        reject(nothingDone());
      };
      const takeBack = keyboard.lend((typed) => {
        const ended = line.push(typed);
        if (ended === undefined) return undefined;
        signal.removeEventListener('abort', onAbort);
        if (ended.secret === undefined) reject(nothingDone());
        else resolve(ended.secret);
        return ended.rest;
      });
      signal.addEventListener('abort', onAbort, { once: true });
    });
  } finally {
    screen.writeRaw('\n');
    screen.attach(previous);
  }
}

const nothingDone = (): CommandError => new CommandError('INTERRUPTED', 'nothing was done');
