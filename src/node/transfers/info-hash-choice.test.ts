import { expect, test } from 'vitest';

import type { InfoHash, UserId } from '../../base/index.ts';
import type { PeerEntry } from '../seams.ts';
import { InfoHashChoice, NO_INFO_HASH } from './info-hash-choice.ts';

const hash = (digit: string): InfoHash => digit.repeat(64) as InfoHash;
const peer = (infoHash: InfoHash, seed: boolean): PeerEntry => ({
  key: 'k',
  uid: 'u' as UserId,
  device: 'd',
  boot: 'b',
  addresses: [],
  infoHash,
  seed,
  have: seed ? 1 : 0,
});
const [a, b] = [hash('a'), hash('b')];

test('one seed outweighs many leechers, and who names none does not count', () => {
  const choice = new InfoHashChoice();
  expect(choice.best([peer(a, false), peer(a, false), peer(b, true), peer(NO_INFO_HASH, false)])).toBe(b);
  expect(choice.best([peer(NO_INFO_HASH, false)])).toBeUndefined();
});

test('one that proved wrong is never tried again, a mute one only after the others', () => {
  const choice = new InfoHashChoice();
  const peers = [peer(a, true), peer(a, true), peer(b, true)];
  expect(choice.best(peers)).toBe(a);
  choice.putOff(a);
  expect(choice.best(peers)).toBe(b);
  choice.putOff(b);
  expect(choice.best(peers)).toBe(a);
  choice.giveUp(a);
  expect(choice.best(peers)).toBe(b);
  expect(choice.usable(peers)).toHaveLength(1);
});
