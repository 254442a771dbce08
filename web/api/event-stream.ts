import type { LocalEvent } from '../../src/api/local/events.ts';
import { localStreams } from '../../src/api/local/paths.ts';
import { after, pause } from '../clock.ts';
import { ApiError, failureOf, reach } from './client.ts';
import { readLines } from './lines.ts';

/** The node says something every 5 s; after so long without a word the line is dead. */
const SILENCE_MS = 15_000;
const RETRY_MS = [300, 600, 1_000, 2_000, 3_000];

export interface StreamListener {
  onEvent(event: LocalEvent): void;
  /** The stream has ended or could not be had; it is being tried again. */
  onLost(): void;
}

/**
 * Server-sent events by fetch rather than EventSource, which cannot tell a refusal from a broken line.
 * Runs until `signal` is aborted or the node refuses this browser.
 */
export async function followEvents(listener: StreamListener, signal: AbortSignal): Promise<void> {
  let failures = 0;
  let lastId: string | undefined;
  while (!signal.aborted) {
    const onEvent = (event: LocalEvent): void => {
      failures = 0;
      if (event.type === 'news') lastId = String(event.atMs);
      listener.onEvent(event);
    };
    const refused = await readOnce(onEvent, lastId, signal);
    if (refused || signal.aborted) return;
    listener.onLost();
    await retryPause(RETRY_MS[Math.min(failures, RETRY_MS.length - 1)] ?? 3_000, signal);
    failures += 1;
  }
}

/** Resolves to true when the node refused. */
async function readOnce(
  onEvent: (event: LocalEvent) => void,
  lastId: string | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  const abort = new AbortController();
  const end = (): void => abort.abort();
  signal.addEventListener('abort', end, { once: true });
  let cancelSilence = after(SILENCE_MS, end);
  try {
    const response = await reach(localStreams.events, {
      headers: { accept: 'text/event-stream', ...(lastId === undefined ? {} : { 'last-event-id': lastId }) },
      signal: abort.signal,
    });
    if (!response.ok || !response.body) throw await failureOf(response);
    for await (const line of readLines(response.body)) {
      cancelSilence();
      cancelSilence = after(SILENCE_MS, end);
      if (line.startsWith('data:')) onEvent(JSON.parse(line.slice(5)) as LocalEvent);
    }
    return false;
  } catch (error) {
    return error instanceof ApiError && error.code === 'NO_SESSION';
  } finally {
    cancelSilence();
    signal.removeEventListener('abort', end);
    abort.abort();
  }
}

/** Waits, but not while somebody has just come back to the page or the network. */
async function retryPause(delayMs: number, signal: AbortSignal): Promise<void> {
  const early = new AbortController();
  const wake = (): void => early.abort();
  signal.addEventListener('abort', wake, { once: true });
  window.addEventListener('online', wake, { once: true });
  document.addEventListener('visibilitychange', wake, { once: true });
  await pause(delayMs, early.signal);
  signal.removeEventListener('abort', wake);
  window.removeEventListener('online', wake);
  document.removeEventListener('visibilitychange', wake);
}
