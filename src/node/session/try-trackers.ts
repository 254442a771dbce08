import { type Clock, CommandError, type ErrorCode, sleep } from '../../base/index.ts';
import { TrackerUnreachable } from './tracker-connection.ts';

/** A tracker that hasn't answered for so long is not waited for alone: the next one is asked as well. */
export const HEDGE_MS = 1_500;
/** How long trackers that are all unreachable are tried anew before a command gives up. */
const ROUNDS_MS = 2_000;
const ROUND_PAUSE_MS = 250;

/** Carries out one call at one tracker. It may run at two at a time, so it must bear repeating. */
export type Attempt<T> = (index: number) => Promise<T>;

/**
 * Runs `attempt` on the candidates in order until one gives an answer, be it an error that a person should read. An
 * unreachable one makes way to the next at once, a slow one gets the next beside it after 1.5 s. When none
 * can be reached in several rounds over 2 s: NO_TRACKER, or what `attempt` said if that was more telling.
 */
export async function tryTrackers<T>(clock: Clock, candidates: number, attempt: Attempt<T>): Promise<T> {
  const deadlineMs = clock.nowMs() + ROUNDS_MS;
  for (;;) {
    try {
      return await oneRound(clock, candidates, attempt);
    } catch (error) {
      if (!(error instanceof TrackerUnreachable)) throw error;
      if (clock.nowMs() >= deadlineMs) throw noTracker(error);
      await sleep(clock, ROUND_PAUSE_MS);
    }
  }
}

function oneRound<T>(clock: Clock, candidates: number, attempt: Attempt<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const failures: Error[] = [];
    let next = 0;
    let done = false;
    let cancelHedge = (): void => undefined;
    let cancelVerdict: (() => void) | undefined;
    const finish = (settle: () => void): void => {
      done = true;
      cancelHedge();
      cancelVerdict?.();
      settle();
    };
    const onFailure = (error: Error): void => {
      if (done) return;
      if (!passesOn(error)) return finish(() => reject(error));
      failures.push(error);
      const giveUp = (): void => finish(() => reject(worst(failures)));
      if (failures.length === candidates) return giveUp();
      // One that has answered is not kept waiting long for others that may know more.
      if (error instanceof CommandError) cancelVerdict ??= clock.after(HEDGE_MS, giveUp);
      startNext();
    };
    const startNext = (): void => {
      cancelHedge();
      if (done || next >= candidates) return;
      const index = next++;
      cancelHedge = clock.after(HEDGE_MS, startNext);
      attempt(index).then((value) => done || finish(() => resolve(value)), onFailure);
    };
    startNext();
  });
}

/** What one tracker may not know yet, or may be alone in. */
const OF_ONE_TRACKER: ReadonlySet<ErrorCode> = new Set(['NO_SUCH_GROUP', 'NO_SUCH_USER', 'TRACKER_CHANGED']);

/** Failures of one tracker that another may not share. */
const passesOn = (error: Error): boolean =>
  error instanceof TrackerUnreachable || (error instanceof CommandError && OF_ONE_TRACKER.has(error.code));

/** An answer counts more than silence, and a good tracker's more than that of one that was changed. */
function worst(failures: readonly Error[]): Error {
  const answers = failures.filter((error) => error instanceof CommandError);
  const telling = answers.find(({ code }) => code !== 'TRACKER_CHANGED') ?? answers[0];
  return telling ?? new TrackerUnreachable(failures.map((error) => error.message).join('; '));
}

const noTracker = (error: Error): CommandError =>
  new CommandError(
    'NO_TRACKER',
    `no tracker answers (${error.message}). Check the network and that a tracker of the list runs, then try again`,
  );
