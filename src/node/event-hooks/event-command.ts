import { within, type Clock, type Logger } from '../../base/index.ts';
import type { NodeEvent } from '../commands.ts';
import { boundedRun, type Run } from './bounded-run.ts';
import type { ToldKind } from './told-event.ts';

const RUNNING_MAX = 4;
const WAITING_MAX = 100;
const RUN_MS = 60_000;
/** Runs that a closing node waits for. */
const CLOSE_MS = 3_000;

interface Told {
  readonly kind: ToldKind;
  readonly event: NodeEvent;
}

export interface EventCommandOptions {
  /** A line for the user's shell. */
  readonly command: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Told in plain words when the command begins to fail: once, until it has succeeded again. */
  readonly warn: (text: string) => void;
}

/**
 * Runs a command of the user's for each event: JSON on a line of its standard input, the kind in `MBT_EVENT`. A few at a
 * time, a minute each; what it prints goes to the log.
 */
export class EventCommand {
  readonly #options: EventCommandOptions;
  readonly #waiting: Told[] = [];
  readonly #runs = new Set<Run>();
  readonly #ends = new Set<Promise<void>>();
  #hasFailed = false;
  #isClosed = false;

  constructor(options: EventCommandOptions) {
    this.#options = options;
  }

  tell(kind: ToldKind, event: NodeEvent): void {
    if (this.#isClosed) return;
    if (this.#runs.size < RUNNING_MAX) return this.#run({ kind, event });
    if (this.#waiting.length < WAITING_MAX) this.#waiting.push({ kind, event });
    else this.#options.log.warn('hook.dropped', { kind, reason: `${WAITING_MAX} events wait already` });
  }

  /** Waits a little for what is to be told still, then ends it. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const settled = this.#settled();
    await within(this.#options.clock, CLOSE_MS, settled, () => new Error('too slow')).catch(() => {
      this.#waiting.length = 0;
      for (const run of this.#runs) run.end();
    });
    await settled;
  }

  async #settled(): Promise<void> {
    while (this.#ends.size > 0) await Promise.all(this.#ends);
  }

  #run(told: Told): void {
    const { command, clock, log } = this.#options;
    const run = boundedRun({
      command,
      args: [],
      shell: userShell(),
      env: { MBT_EVENT: told.kind },
      input: `${JSON.stringify(told.event)}\n`,
      limitMs: RUN_MS,
      clock,
      onLine: (line) => log.info('hook.output', { kind: told.kind, line }),
    });
    this.#runs.add(run);
    const end = run.failure.then((failure) => {
      this.#runs.delete(run);
      this.#onEnd(told.kind, failure);
      const next = this.#waiting.shift();
      if (next) this.#run(next);
    });
    this.#ends.add(end);
    void end.finally(() => this.#ends.delete(end));
  }

  #onEnd(kind: ToldKind, failure: string | undefined): void {
    const wasFailing = this.#hasFailed;
    this.#hasFailed = failure !== undefined;
    if (failure === undefined || this.#isClosed) return;
    this.#options.log.warn('hook.failed', { kind, reason: failure });
    if (wasFailing) return;
    this.#options.warn(
      `the command for events (--on-event) failed at '${kind}': ${failure}; the log has what it printed`,
    );
  }
}

/** The shell that the user logs in with; on Windows the system's. */
const userShell = (): string =>
  process.platform === 'win32' ? (process.env['ComSpec'] ?? 'cmd.exe') : process.env['SHELL'] || '/bin/sh';
