import type { LocalEvent } from '../../src/api/local/events.ts';
import { session } from '../api/client.ts';
import { followEvents } from '../api/event-stream.ts';
import { assertNever } from '../text/assert-never.ts';
import { askAllAnew, tellLists } from './live-list.ts';
import { onNodeNews } from './node-news.ts';
import { connection } from './store.ts';
import { onTransfers } from './transfers.ts';

/** Keeps the page in step with the node until the node refuses this browser. Runs once at a time. */
export async function goLive(): Promise<void> {
  if (running) return;
  running = true;
  await followEvents({ onEvent, onLost: () => (connection.value = 'lost') }, new AbortController().signal);
  running = false;
  session.value = 'none';
}
let running = false;

function onEvent(event: LocalEvent): void {
  switch (event.type) {
    case 'hello':
      connection.value = 'live';
      session.value = 'open';
      return askAllAnew();
    case 'changed':
      return tellLists(event.change);
    case 'news':
      return onNodeNews(event.event, event.atMs);
    case 'transfers':
      return onTransfers(event);
    default:
      return assertNever(event);
  }
}
