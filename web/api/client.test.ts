import { afterEach, expect, test, vi } from 'vitest';
import { call, callWithProgress } from './client.ts';

afterEach(() => void vi.unstubAllGlobals());

/** A node that says so much, and whose line breaks then; without `broken` its answer ends as it should. */
function answers(said: string, broken?: Error): void {
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (said !== '') controller.enqueue(new TextEncoder().encode(said));
      else if (broken) controller.error(broken);
      else controller.close();
      said = '';
    },
  });
  vi.stubGlobal('fetch', async () => new Response(body));
}
const share = { group: 'lab', path: '/a' };
const progress = '{"progress":{"doneBytes":1,"totalBytes":2}}\n';

test.each([
  { why: 'no answer of a node', said: 'hello', broken: undefined, code: 'BAD_ANSWER' },
  { why: 'broken off', said: '{"us', broken: new TypeError('network error'), code: 'NO_CONNECTION' },
])('an answer that is $why: $code', async ({ said, broken, code }) => {
  answers(said, broken);
  await expect(call('whoami', {})).rejects.toMatchObject({ name: 'ApiError', code });
});

test.each([
  { why: 'ends', broken: undefined },
  { why: 'breaks off', broken: new TypeError('network error') },
])('progress that $why before the result: the node has gone', async ({ broken }) => {
  answers(progress, broken);
  const told: number[] = [];
  const asked = callWithProgress('uploadFile', share, ({ doneBytes }) => told.push(doneBytes));
  await expect(asked).rejects.toMatchObject({ code: 'NO_CONNECTION' });
  expect(told).toEqual([1]);
});

test.each([
  { why: 'a call', ask: (signal: AbortSignal) => call('whoami', {}, { signal }) },
  {
    why: 'one with progress',
    ask: (signal: AbortSignal) => callWithProgress('uploadFile', share, () => undefined, { signal }),
  },
])('$why that was aborted amid its answer says just that', async ({ ask }) => {
  const abort = new AbortController();
  const reason = new DOMException('stopped', 'AbortError');
  answers(progress, reason);
  abort.abort(reason);
  await expect(ask(abort.signal)).rejects.toBe(reason);
});
