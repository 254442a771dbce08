import type { Clock } from '../../src/base/index.ts';
import { drawBars } from '../../src/cli/output/bars.ts';
import { StreamScreen } from '../../src/cli/output/screen.ts';
import { formatBytes, formatDuration, formatRate } from '../../src/cli/text/format.ts';

/** How far one download is. */
export interface Progress {
  readonly name: string;
  readonly doneBytes: number;
  readonly totalBytes: number;
  readonly bytesPerSecond: number;
  readonly secondsLeft: number | null;
  /** Why nothing moves, or empty. */
  readonly remark: string;
}

/** Without a terminal a line of progress is printed at each of so many steps. */
const PLAIN_STEPS = 10;

/** What is seen: the story line by line, and under it bars that move (at a terminal) or a line now and then. */
export class View {
  readonly #screen = new StreamScreen(process.stdout, process.env['TERM']);
  readonly #clock: Clock;
  readonly #startMs: number;
  #step = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startMs = clock.nowMs();
  }

  get columns(): number {
    return this.#screen.columns;
  }

  /** A line of the story, with the time since the start. */
  tell(text: string): void {
    const seconds = ((this.#clock.nowMs() - this.#startMs) / 1000).toFixed(1).padStart(5);
    this.print([`${seconds} s  ${text}`]);
  }

  print(lines: readonly string[]): void {
    this.#screen.print(lines);
  }

  show(all: readonly Progress[]): void {
    if (this.#screen.canRedraw) this.#showBars(all);
    else this.#showLine(all);
  }

  hideProgress(): void {
    this.#screen.setLive([]);
    this.#step = 0;
  }

  #showBars(all: readonly Progress[]): void {
    const bars = all.map((one) => ({
      label: one.name,
      done: one.doneBytes,
      total: one.totalBytes,
      note: one.remark || noteOf(one),
    }));
    this.#screen.setLive(drawBars(bars, this.#screen.columns, this.#screen.rows));
  }

  #showLine(all: readonly Progress[]): void {
    const done = all.reduce((sum, one) => sum + one.doneBytes, 0);
    const total = all.reduce((sum, one) => sum + one.totalBytes, 0);
    const step = Math.floor((done / total) * PLAIN_STEPS);
    if (step <= this.#step) return;
    this.#step = step;
    this.tell(all.map((one) => `${one.name} ${percentOf(one)}`).join('   '));
  }
}

function noteOf(one: Progress): string {
  const left = one.secondsLeft === null ? '' : `, ${formatDuration(one.secondsLeft)} left`;
  return one.doneBytes >= one.totalBytes
    ? formatBytes(one.totalBytes)
    : `${formatRate(one.bytesPerSecond)}${left}`;
}

function percentOf(one: Progress): string {
  return `${Math.floor((one.doneBytes / one.totalBytes) * 100)} %`.padStart(5);
}
