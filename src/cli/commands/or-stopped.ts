import { CommandError } from '../../base/index.ts';

/** `work`, whose end by Ctrl-C is told as `text`: of a node in another process its own words don't arrive any more. */
export async function orStopped<T>(work: Promise<T>, signal: AbortSignal, text: string): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw signal.aborted ? new CommandError('INTERRUPTED', text, { cause: error }) : error;
  }
}
