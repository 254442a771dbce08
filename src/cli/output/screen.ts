/** Where lines are printed: a pipe, or a terminal with something being typed at its bottom. */
export interface Screen {
  /** People look at it: headings, `none` rows, sizes in words. */
  readonly isTerminal: boolean;
  /** Lines can be taken back, so that progress can be drawn in place. */
  readonly canRedraw: boolean;
  readonly colours: boolean;
  readonly columns: number;
  readonly rows: number;
  /** Prints whole lines above what is being typed and above the live lines. */
  print(lines: readonly string[]): void;
  /** Replaces the live lines, which stay at the bottom. They must not be wider than the screen. */
  setLive(lines: readonly string[]): void;
}

/** What stands below the live lines on a terminal: the prompt and what is typed after it. */
export interface InputLine {
  /** On which row of the input the cursor stands: 0 unless what is typed is wider than the screen. */
  cursorRow(): number;
  /** Draws prompt and text anew from the first column of an empty row. */
  redraw(): void;
}

const CLEAR_BELOW = '\x1b[J';
const up = (rows: number): string => (rows > 0 ? `\x1b[${rows}A` : '');

export type OutputStream = NodeJS.WritableStream & {
  isTTY?: boolean;
  columns?: number;
  rows?: number;
  hasColors?(): boolean;
};

export class StreamScreen implements Screen {
  readonly isTerminal: boolean;
  readonly canRedraw: boolean;
  readonly colours: boolean;
  readonly #stream: OutputStream;
  #live: readonly string[] = [];
  #input: InputLine | undefined;

  constructor(stream: OutputStream, terminalType: string | undefined) {
    this.#stream = stream;
    this.isTerminal = stream.isTTY === true;
    this.canRedraw = this.isTerminal && terminalType !== 'dumb';
    this.colours = this.canRedraw && stream.hasColors?.() === true;
  }

  get columns(): number {
    return this.#stream.columns || 80;
  }

  get rows(): number {
    return this.#stream.rows || 24;
  }

  /**
   * Puts `input` at the bottom from now on, undefined when nothing is being typed; returns what was there.
   * Draws nothing.
   */
  attach(input: InputLine | undefined): InputLine | undefined {
    const previous = this.#input;
    this.#input = input;
    return previous;
  }

  /** For an input line that draws itself. */
  writeRaw(text: string): void {
    this.#stream.write(text);
  }

  print(lines: readonly string[]): void {
    if (lines.length === 0) return;
    this.#write(this.#erased() + lines.map((line) => `${line}\n`).join('') + this.#drawn());
  }

  /** Draws what is at the bottom anew after `change`, which makes the input line look otherwise. */
  redraw(change: () => void): void {
    const erased = this.#erased();
    change();
    this.#write(erased + this.#drawn());
  }

  setLive(lines: readonly string[]): void {
    if (!this.canRedraw || (lines.length === 0 && this.#live.length === 0)) return;
    const erased = this.#erased();
    this.#live = lines;
    this.#write(erased + this.#drawn());
  }

  /** What takes the live lines and the input away, the cursor at the start of their first row. */
  #erased(): string {
    if (!this.canRedraw) return '';
    const rows = this.#live.length + (this.#input?.cursorRow() ?? 0);
    if (rows === 0 && this.#input === undefined) return '';
    return `\r${up(rows)}${CLEAR_BELOW}`;
  }

  #drawn(): string {
    return this.#live.map((line) => `${line}\n`).join('');
  }

  #write(text: string): void {
    this.#stream.write(text);
    if (this.isTerminal) this.#input?.redraw();
  }
}
