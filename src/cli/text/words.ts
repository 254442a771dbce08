/** One word of a typed line, after quotes and backslashes are taken out. */
export interface Word {
  readonly text: string;
  /** Where the word lies in the line as typed: `[start, end)`, quotes included. */
  readonly start: number;
  readonly end: number;
}

export interface Words {
  readonly words: readonly Word[];
  /** What is still open at the end of the line: a quote, or a backslash with nothing after it. */
  readonly open: '"' | "'" | '\\' | undefined;
}

const isBlank = (char: string): boolean => char === ' ' || char === '\t' || char === '\r' || char === '\n';

/**
 * Splits a line as a POSIX shell does, without variables or patterns: blanks separate words, single quotes
 * keep everything, double quotes keep everything but `\"` and `\\`, a backslash outside keeps the next
 * character.
 */
export function splitWords(line: string): Words {
  const splitter = new Splitter(line);
  return splitter.split();
}

class Splitter {
  readonly #line: string;
  readonly #words: Word[] = [];
  #at = 0;
  #open: Words['open'];

  constructor(line: string) {
    this.#line = line;
  }

  split(): Words {
    for (;;) {
      while (this.#at < this.#line.length && isBlank(this.#line.charAt(this.#at))) this.#at += 1;
      if (this.#at >= this.#line.length) return { words: this.#words, open: this.#open };
      this.#takeWord();
    }
  }

  #takeWord(): void {
    const start = this.#at;
    let text = '';
    while (this.#at < this.#line.length && !isBlank(this.#line.charAt(this.#at))) text += this.#takePart();
    this.#words.push({ text, start, end: this.#at });
  }

  /** A quoted run, an escaped character, or one plain character. */
  #takePart(): string {
    const char = this.#line.charAt(this.#at);
    this.#at += 1;
    if (char === "'") return this.#takeSingleQuoted();
    if (char === '"') return this.#takeDoubleQuoted();
    if (char !== '\\') return char;
    if (this.#at >= this.#line.length) this.#open = '\\';
    return this.#line.charAt(this.#at++);
  }

  #takeSingleQuoted(): string {
    const close = this.#line.indexOf("'", this.#at);
    const end = close < 0 ? this.#line.length : close;
    if (close < 0) this.#open = "'";
    const text = this.#line.slice(this.#at, end);
    this.#at = Math.min(end + 1, this.#line.length);
    return text;
  }

  #takeDoubleQuoted(): string {
    let text = '';
    while (this.#at < this.#line.length) {
      const char = this.#line.charAt(this.#at++);
      if (char === '"') return text;
      const next = this.#line.charAt(this.#at);
      if (char === '\\' && (next === '"' || next === '\\')) {
        text += next;
        this.#at += 1;
      } else text += char;
    }
    this.#open = '"';
    return text;
  }
}
