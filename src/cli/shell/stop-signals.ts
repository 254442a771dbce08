type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** Exit codes of a process that a signal ended, as shells count them. */
const EXIT_CODES: Readonly<Record<StopSignal, number>> = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

/** The wish of the system, or of Ctrl-C where no shell takes the keys, that this process ends. */
export interface StopSignals {
  /** Aborted by the first signal; by the second the process is gone at once. */
  readonly signal: AbortSignal;
  /** The exit code that tells of the signal; undefined as long as there was none. */
  exitCode(): number | undefined;
  /** Stops as a signal would: what is printed reaches nobody any more, say. */
  stop(signal: StopSignal): void;
  close(): void;
}

/**
 * SIGHUP is caught only at a terminal: elsewhere `nohup` may have asked that it be ignored, and a handler would
 * undo that.
 */
export function catchStopSignals(source: NodeJS.Process): StopSignals {
  const names: StopSignal[] = source.stdin.isTTY ? ['SIGINT', 'SIGTERM', 'SIGHUP'] : ['SIGINT', 'SIGTERM'];
  const stopping = new AbortController();
  let first: StopSignal | undefined;
  const stop = (signal: StopSignal): void => {
    if (first !== undefined) source.exit(EXIT_CODES[signal]);
    first = signal;
    stopping.abort();
  };
  for (const name of names) source.on(name, stop);
  return {
    signal: stopping.signal,
    exitCode: () => (first === undefined ? undefined : EXIT_CODES[first]),
    stop,
    close: () => names.forEach((name) => source.off(name, stop)),
  };
}

/** Resolves when `signal` is aborted. */
export const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
