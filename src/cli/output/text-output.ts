import { styleText } from 'node:util';
import type { Clock, CommandError } from '../../base/index.ts';
import type { NodeEvent } from '../../node/index.ts';
import { escapeControls } from '../text/escape-controls.ts';
import { breakLine } from '../text/wrap.ts';
import { drawBars } from './bars.ts';
import type { CommandOutput, Done, Output, ProgressBar, View } from './output.ts';
import type { Screen } from './screen.ts';

type Tag = 'SUCCESS' | 'ERROR' | 'NOTICE' | 'WARNING' | 'COMPLETE' | 'FAILED';

const TAG_COLOURS = {
  SUCCESS: 'green',
  ERROR: 'red',
  NOTICE: 'cyan',
  WARNING: 'yellow',
  COMPLETE: 'green',
  FAILED: 'red',
} as const;

/** Bars are drawn anew at most this often. */
const REDRAW_MS = 100;

/** Lines for people at a terminal and for programs behind a pipe. */
export class TextOutput implements Output {
  readonly #screen: Screen;
  readonly #rowScreen: Screen;
  readonly #clock: Clock;
  #drawnAtMs = Number.NEGATIVE_INFINITY;

  /** `rowScreen`: where rows go if not there where sentences and bars do. */
  constructor(screen: Screen, clock: Clock, rowScreen: Screen = screen) {
    this.#screen = screen;
    this.#rowScreen = rowScreen;
    this.#clock = clock;
  }

  command(): CommandOutput {
    return {
      rows: (view, rows) => this.#rows(view, rows),
      notice: (text) => this.#tagged('NOTICE', text),
      warning: (text) => this.#tagged('WARNING', text),
      showsProgress: this.#screen.canRedraw,
      progress: (bars) => this.#progress(bars),
    };
  }

  success(_command: string, done: Done): void {
    this.#tagged('SUCCESS', done.text);
  }

  error(_command: string, error: CommandError): void {
    this.#tagged('ERROR', `${error.code}: ${error.message}`);
  }

  event(event: NodeEvent): void {
    if (event.type === 'complete')
      this.#tagged('COMPLETE', `[${event.group}] ${event.file} -> ${event.path}`);
    else if (event.type === 'failed')
      this.#tagged('FAILED', `[${event.group}] ${event.file}: ${event.code}: ${event.text}`);
    else this.#tagged(event.type === 'notice' ? 'NOTICE' : 'WARNING', event.text);
  }

  #rows<Row extends object>(view: View<Row>, rows: readonly Row[]): void {
    const screen = this.#rowScreen;
    if (screen !== this.#screen) this.#screen.setLive([]); // both may be one terminal
    const lines = screen.isTerminal
      ? view.human(rows, screen.columns).map((line) => escapeControls(line))
      : rows.map((row) =>
          view
            .plain(row)
            .map((cell) => escapeControls(cell))
            .join('\t'),
        );
    screen.print(lines);
  }

  #tagged(tag: Tag, text: string): void {
    const { isTerminal, columns, colours } = this.#screen;
    const line = `${tag}: ${escapeControls(text)}`;
    const [first = '', ...others] = isTerminal ? breakLine(line, columns) : [line];
    const mark = styleText(TAG_COLOURS[tag], `${tag}:`, { validateStream: false });
    this.#screen.print([colours ? first.replace(`${tag}:`, mark) : first, ...others]);
  }

  #progress(bars: readonly ProgressBar[]): void {
    const nowMs = this.#clock.nowMs();
    if (bars.length > 0 && nowMs - this.#drawnAtMs < REDRAW_MS) return;
    this.#drawnAtMs = bars.length > 0 ? nowMs : Number.NEGATIVE_INFINITY;
    const lines = drawBars(bars, this.#screen.columns, this.#screen.rows);
    this.#screen.setLive(this.#screen.colours ? lines.map(coloured) : lines);
  }
}

/** The full part of a bar in green. */
const coloured = (line: string): string =>
  line.replace(/█+/u, (full) => styleText('green', full, { validateStream: false }));
