import { useEffect, useState } from 'preact/hooks';
import { toApiError, type ApiError } from '../../api/client.ts';
import { usePoll } from '../../ui/use-poll.ts';

export interface Asked<T> {
  /** The latest answer; it stays when a later question fails. */
  readonly value: T | undefined;
  /** Why the latest question failed. */
  readonly error: ApiError | undefined;
  /** Asks at once, not only when it is time again. */
  readonly again: () => void;
}

const NOTHING = { value: undefined, error: undefined };

/** Asks the node now and `everyMs` after each answer, while the page is seen. Another `key` begins anew. */
export function useAsked<T>(
  everyMs: number,
  key: string,
  ask: (signal: AbortSignal) => Promise<T>,
): Asked<T> {
  const [asked, setAsked] = useState<Omit<Asked<T>, 'again'>>(NOTHING);
  const [turn, setTurn] = useState(0);
  useEffect(() => setAsked(NOTHING), [key]);
  usePoll(
    everyMs,
    async (signal) => {
      try {
        const value = await ask(signal);
        if (!signal.aborted) setAsked({ value, error: undefined });
      } catch (thrown) {
        if (signal.aborted) return;
        const error = toApiError(thrown);
        setAsked((last) => ({ value: last.value, error }));
      }
    },
    `${key} ${everyMs} ${turn}`,
  );
  return { ...asked, again: () => setTurn((last) => last + 1) };
}
