const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type StopSignal = (typeof SIGNALS)[number];

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

export function catchStopSignals(source: NodeJS.Process): StopSignals {
  const stopping = new AbortController();
  let first: StopSignal | undefined;
  const stop = (signal: StopSignal): void => {
    if (first !== undefined) source.exit(EXIT_CODES[signal]);
    first = signal;
    stopping.abort();
  };
  for (const name of SIGNALS) source.on(name, stop);
  return {
    signal: stopping.signal,
    exitCode: () => (first === undefined ? undefined : EXIT_CODES[first]),
    stop,
    close: () => SIGNALS.forEach((name) => source.off(name, stop)),
  };
}
