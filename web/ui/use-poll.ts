import { useEffect } from 'preact/hooks';
import { after } from '../clock.ts';
import { connection, visible } from '../state/store.ts';

/**
 * Runs `ask` now and `everyMs` after each of its ends, while the component is shown, the page is visible and the node
 * is there. Its failures are its own to show.
 */
export function usePoll(everyMs: number, ask: (signal: AbortSignal) => Promise<void>, key: string): void {
  const running = visible.value && connection.value === 'live';
  useEffect(() => {
    if (!running) return undefined;
    const abort = new AbortController();
    let cancel = (): void => undefined;
    const round = (): void => {
      void ask(abort.signal)
        .catch(() => undefined)
        .then(() => {
          if (!abort.signal.aborted) cancel = after(everyMs, round);
        });
    };
    round();
    return () => {
      abort.abort();
      cancel();
    };
  }, [running, key]);
}
