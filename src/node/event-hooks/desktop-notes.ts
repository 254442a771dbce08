import type { Cancel, Clock, Logger } from '../../base/index.ts';
import { boundedRun, type Run } from './bounded-run.ts';
import type { DesktopCall, DesktopProgram } from './desktop.ts';

const TITLE = 'Mini-BitTorrent';
const TEXT_CHARS_MAX = 240;
/** So many are shown in a minute; then one tells of all that came since. */
const SHOWN_MAX = 5;
const WINDOW_MS = 60_000;
const RUN_MS = 10_000;
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f]+/g;

export interface DesktopNotesOptions {
  readonly program: DesktopProgram;
  readonly clock: Clock;
  readonly log: Logger;
  /** Starts the program. */
  readonly start?: (call: DesktopCall) => Run;
}

/** Shows texts on the desktop, so many a minute. */
export class DesktopNotes {
  readonly #options: DesktopNotesOptions;
  readonly #runs = new Set<Run>();
  /** When those of the last minute were shown. */
  #shownAtMs: number[] = [];
  #latest = '';
  /** Not shown yet, for there were too many. */
  #folded = 0;
  #cancel: Cancel | undefined;
  #isOff = false;

  constructor(options: DesktopNotesOptions) {
    this.#options = options;
  }

  tell(text: string): void {
    if (this.#isOff) return;
    const nowMs = this.#options.clock.nowMs();
    this.#shownAtMs = this.#shownAtMs.filter((atMs) => nowMs - atMs < WINDOW_MS);
    const [oldestMs] = this.#shownAtMs;
    if (oldestMs === undefined || this.#shownAtMs.length < SHOWN_MAX) return this.#show(text);
    this.#latest = text;
    this.#folded += 1;
    this.#cancel ??= this.#options.clock.after(oldestMs + WINDOW_MS - nowMs, () => this.#unfold());
  }

  /** What is not shown yet never will be. */
  async close(): Promise<void> {
    this.#off();
    for (const run of this.#runs) run.end();
    await Promise.all([...this.#runs].map((run) => run.failure));
  }

  #off(): void {
    this.#isOff = true;
    this.#cancel?.();
  }

  #unfold(): void {
    const more = this.#folded - 1;
    this.#cancel = undefined;
    this.#folded = 0;
    this.#show(more === 0 ? this.#latest : `${shortened(this.#latest)} (and ${more} more)`);
  }

  #show(text: string): void {
    const { program, clock, log, start = (call) => startCall(call, clock) } = this.#options;
    this.#shownAtMs.push(clock.nowMs());
    const run = start(program(TITLE, shortened(text)));
    this.#runs.add(run);
    void run.failure.then((failure) => {
      this.#runs.delete(run);
      if (failure === undefined || this.#isOff) return;
      // A desktop that can't show one can't show the next.
      log.warn('desktop.failed', { reason: failure });
      this.#off();
    });
  }
}

const startCall = (call: DesktopCall, clock: Clock): Run =>
  boundedRun({
    ...call,
    shell: undefined,
    env: {},
    input: '',
    limitMs: RUN_MS,
    clock,
    onLine: () => undefined,
  });

function shortened(text: string): string {
  const clean = text.replace(CONTROL, ' ');
  return clean.length <= TEXT_CHARS_MAX ? clean : `${clean.slice(0, TEXT_CHARS_MAX - 1)}…`;
}
