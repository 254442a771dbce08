/**
 * What a person sees: a terminal of fixed size that understands what our shell writes (text, CR, LF, BS, and
 * the CSI sequences for moving, clearing and colours). Lines that scroll out are kept.
 */
export class TerminalModel {
  readonly columns: number;
  readonly #lines: string[][] = [[]];
  readonly #waiting = new Set<() => void>();
  #row = 0;
  #column = 0;
  #unfinished = '';

  constructor(columns: number) {
    this.columns = columns;
  }

  write(text: string): void {
    let rest = this.#unfinished + text;
    this.#unfinished = '';
    while (rest !== '') {
      const length = this.#take(rest);
      if (length === 0) break;
      rest = rest.slice(length);
    }
    this.#unfinished = rest;
    for (const look of this.#waiting) look();
  }

  /** All lines so far, without blanks at their ends and without empty lines below the last text. */
  lines(): string[] {
    const lines = this.#lines.map((cells) =>
      Array.from(cells, (cell) => cell ?? ' ')
        .join('')
        .trimEnd(),
    );
    return lines.slice(0, Math.max(lines.findLastIndex((line) => line !== '') + 1, this.#row + 1));
  }

  text(): string {
    return this.lines().join('\n');
  }

  /** The line in which the cursor stands, up to the cursor. */
  beforeCursor(): string {
    return (this.#lines[this.#row] ?? []).slice(0, this.#column).join('');
  }

  /** Resolves as soon as `sees` holds; the test's own time limit ends the waiting. */
  until(sees: (text: string) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!sees(this.text())) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** Takes one character or sequence off the front; 0 when it is not whole yet. */
  #take(text: string): number {
    if (text.startsWith('\x1b')) return this.#takeEscape(text);
    const char = String.fromCodePoint(text.codePointAt(0) ?? 0);
    if (char === '\r') this.#column = 0;
    else if (char === '\n') [this.#row, this.#column] = [this.#row + 1, 0];
    else if (char === '\b') this.#column = Math.max(0, this.#column - 1);
    else if (char >= ' ') this.#put(char);
    this.#line(this.#row);
    return char.length;
  }

  #put(char: string): void {
    if (this.#column >= this.columns) [this.#row, this.#column] = [this.#row + 1, 0];
    this.#line(this.#row)[this.#column] = char;
    this.#column += 1;
  }

  #takeEscape(text: string): number {
    const match = /^.\[([0-9;?]*)([@-~])/u.exec(text);
    if (match === null) return text.length > 32 ? 1 : 0;
    this.#control(match[2] ?? '', Number.parseInt(match[1] ?? '', 10));
    return match[0].length;
  }

  #control(letter: string, parameter: number): void {
    const by = Number.isNaN(parameter) ? 1 : parameter;
    if (letter === 'A') this.#row = Math.max(0, this.#row - by);
    else if (letter === 'B') this.#row += by;
    else if (letter === 'C') this.#column = Math.min(this.columns - 1, this.#column + by);
    else if (letter === 'D') this.#column = Math.max(0, this.#column - by);
    else if (letter === 'G') this.#column = by - 1;
    else if (letter === 'K') this.#line(this.#row).splice(this.#column);
    else if (letter === 'J') this.#clearBelow();
    this.#line(this.#row);
  }

  #clearBelow(): void {
    this.#line(this.#row).splice(this.#column);
    this.#lines.splice(this.#row + 1);
  }

  #line(row: number): string[] {
    while (this.#lines.length <= row) this.#lines.push([]);
    return this.#lines[row] ?? [];
  }
}
