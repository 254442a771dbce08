import { expect, test } from 'vitest';

import { StallWatch } from './stall-watch.ts';

const watch = (): StallWatch => new StallWatch({ sendStallMs: 60_000, silenceMs: 150_000 });
const peer = { bytesIn: 0, bytesOut: 0, queuedBytes: 0 };

test('a peer that takes nothing of what waits for it is found, one with nothing to take is not', () => {
  const stalls = watch();
  const stuck = { ...peer, queuedBytes: 1 };
  const idle = { ...peer };
  for (const each of [stuck, idle]) expect(stalls.check(each, 0)).toBeUndefined();
  expect(stalls.check(stuck, 59_000)).toBeUndefined();
  expect(stalls.check(stuck, 60_000)?.code).toBe('SILENT');
  expect(stalls.check(idle, 60_000)).toBeUndefined();
});

test('each byte that leaves starts the wait anew', () => {
  const stalls = watch();
  const slow = { ...peer, queuedBytes: 1 };
  stalls.check(slow, 0);
  slow.bytesOut = 1;
  slow.bytesIn = 1;
  stalls.check(slow, 59_000);
  expect(stalls.check(slow, 110_000)).toBeUndefined();
  expect(stalls.check(slow, 119_000)?.message).toContain('takes nothing');
});

test('a peer from which nothing comes is found', () => {
  const stalls = watch();
  const silent = { ...peer };
  stalls.check(silent, 0);
  expect(stalls.check(silent, 149_000)).toBeUndefined();
  expect(stalls.check(silent, 150_000)?.message).toContain('nothing came');
});
