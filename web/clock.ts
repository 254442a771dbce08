/** The page's only door to time. */

export function nowMs(): number {
  return performance.now();
}

export function wallMs(): number {
  return Date.now();
}

/** Runs `action` once after `delayMs`; returns the way to call it off. */
export function after(delayMs: number, action: () => void): () => void {
  const timer = setTimeout(action, delayMs);
  return () => clearTimeout(timer);
}

/** Resolves after `delayMs`, or earlier when `signal` is aborted. */
export function pause(delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const done = (): void => {
      cancel();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const cancel = after(delayMs, done);
    signal?.addEventListener('abort', done, { once: true });
  });
}
