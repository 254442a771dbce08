import type { LocalEvent } from '../../src/api/local/events.ts';
import { session } from '../api/client.ts';
import { assertNever } from '../text/assert-never.ts';
import { askAllAnew, tellLists } from './live-list.ts';
import { onNodeNews } from './node-news.ts';
import { followShared } from './shared-events.ts';
import { connection } from './store.ts';
import { onTransfers } from './transfers.ts';

/** Keeps the page in step with the node until the node refuses this browser. */
export async function goLive(): Promise<void> {
  await followShared({ onEvent, onLost: () => (connection.value = 'lost') });
  session.value = 'none';
}

function onEvent(event: LocalEvent): void {
  switch (event.type) {
    case 'hello':
      connection.value = 'live';
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
