/** Ends a timer. Calling it again, or after the timer fired, does nothing. */
export type Cancel = () => void;

/** The only door to time: rooms that act get one, rooms that decide get plain numbers. */
export interface Clock {
  /** Monotonic milliseconds, for intervals and deadlines. */
  nowMs(): number;
  /** Milliseconds since 1970 by the machine's clock, for dates people and certificates see. */
  wallMs(): number;
  /** Runs `action` once after `delayMs`; the timer keeps the process alive. */
  after(delayMs: number, action: () => void): Cancel;
}

export const systemClock: Clock = {
  nowMs: () => performance.now(),
  wallMs: () => Date.now(),
  after(delayMs, action) {
    const timer = setTimeout(action, delayMs);
    return () => clearTimeout(timer);
  },
};

/** Resolves after `delayMs`; rejects with `signal.reason` as soon as `signal` is aborted. */
export function sleep(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(toError(signal.reason));
    const onAbort = (): void => {
      cancel();
      reject(toError(signal?.reason));
    };
    const cancel = clock.after(delayMs, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

/** Runs `action` every `intervalMs` until cancelled. The next run is scheduled after the last has begun. */
export function every(clock: Clock, intervalMs: number, action: () => void): Cancel {
  let stopped = false;
  let cancel: Cancel = () => undefined;
  const arm = (): void => {
    cancel = clock.after(intervalMs, () => {
      if (stopped) return;
      arm();
      action();
    });
  };
  arm();
  return () => {
    stopped = true;
    cancel();
  };
}
