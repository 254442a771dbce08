import { type Clock, within } from '../../base/index.ts';

/** Goodbyes over the net and closing files may take that long. */
const CLOSE_LIMIT_MS = 5000;

/** Waits for `closing`, but not for ever: the process ends in any case. */
export async function closeInTime(clock: Clock, closing: Promise<void>): Promise<void> {
  await within(clock, CLOSE_LIMIT_MS, closing, () => new Error('closing took too long')).catch(
    () => undefined,
  );
}
