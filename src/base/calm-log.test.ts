import { expect, test, vi } from 'vitest';
import { FakeClock } from '../../test/support/fake-clock.ts';
import { calmLogger } from './calm-log.ts';
import { silentLogger } from './log.ts';

test('of one kind of line twenty a minute are written; the next minute tells how many were left out', () => {
  const clock = new FakeClock(0);
  const info = vi.fn();
  const log = calmLogger({ ...silentLogger, info }, clock, 'peer.');
  for (let n = 0; n < 100; n += 1) log.info('peer.dropped', { reason: `FLOOD: ${n}` });
  expect(info).toHaveBeenCalledTimes(20);
  log.info('peer.dropped', { reason: 'BAD_BLOCK: piece 3' });
  for (let n = 0; n < 100; n += 1) log.info('share.added');
  expect(info).toHaveBeenCalledTimes(121);
  clock.advance(60_000);
  log.info('peer.dropped', { reason: 'FLOOD: 100' });
  expect(info).toHaveBeenLastCalledWith('peer.dropped', { reason: 'FLOOD: 100', left: 80 });
  log.info('peer.dropped', { reason: 'FLOOD: 101' });
  expect(info).toHaveBeenLastCalledWith('peer.dropped', { reason: 'FLOOD: 101' });
});
