import type { LocalEvent } from '../../src/api/local/events.ts';
import { followEvents, type StreamListener } from '../api/event-stream.ts';

/** What tabs tell each other; `who` asks the one with the stream for what has been. */
type Word = LocalEvent | { readonly type: 'who' } | { readonly type: 'lost' } | { readonly type: 'refused' };

const NAME = 'mini-bittorrent events';
const NEWS_KEPT = 100;

/**
 * Events of the node for all tabs of this browser over one stream: a browser has few connections to one address, and
 * streams would use them up. Whichever tab holds the lock has the stream and tells the others; when it goes, the
 * next one takes over. Resolves when the node refuses this browser.
 */
export function followShared(listener: StreamListener): Promise<void> {
  return new Promise((resolve) => {
    const channel = new BroadcastChannel(NAME);
    const ends = new AbortController();
    const end = (): void => {
      ends.abort();
      channel.close();
      resolve();
    };
    channel.onmessage = ({ data }: MessageEvent<Word>) => {
      if (data.type === 'refused') end();
      else if (data.type === 'lost') listener.onLost();
      else if (data.type !== 'who') listener.onEvent(data);
    };
    channel.postMessage({ type: 'who' } satisfies Word);
    navigator.locks
      .request(NAME, { signal: ends.signal }, async () => {
        await lead(channel, listener);
        channel.postMessage({ type: 'refused' } satisfies Word);
        end();
      })
      // Given up, because another tab was refused.
      .catch(() => undefined);
  });
}

async function lead(channel: BroadcastChannel, listener: StreamListener): Promise<void> {
  let told: LocalEvent[] = [];
  channel.onmessage = ({ data }: MessageEvent<Word>) => {
    if (data.type === 'who') for (const event of told) channel.postMessage(event);
  };
  const onEvent = (event: LocalEvent): void => {
    told = remember(told, event);
    listener.onEvent(event);
    channel.postMessage(event);
  };
  const onLost = (): void => {
    told = told.filter((event) => event.type !== 'hello');
    listener.onLost();
    channel.postMessage({ type: 'lost' } satisfies Word);
  };
  await followEvents({ onEvent, onLost }, new AbortController().signal);
}

/** What a tab that comes later has to know: the greeting, the latest news, what moves. */
function remember(told: readonly LocalEvent[], event: LocalEvent): LocalEvent[] {
  if (event.type === 'changed') return [...told];
  if (event.type === 'news') {
    const others = told.filter((item) => item.type !== 'news');
    return [...others, ...told.filter((item) => item.type === 'news').slice(1 - NEWS_KEPT), event];
  }
  const others = told.filter((item) => item.type !== event.type);
  return event.type === 'hello' ? [event, ...others] : [...others, event];
}
