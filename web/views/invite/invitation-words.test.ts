import { expect, test } from 'vitest';
import type { Invitation } from '../../../src/node/commands.ts';
import { sortedInvitations, stateWords, usesWords } from './invitation-words.ts';

const DAY = 86_400_000;
const made = (given: Partial<Invitation> = {}): Invitation => ({
  id: 'i',
  group: 'g',
  link: 'mbt://join/x',
  expiresAtMs: 7 * DAY,
  uses: 5,
  used: 2,
  auto: false,
  state: 'open',
  ...given,
});

test.each([
  [made(), 0, 'open for 7 days'],
  [made(), 6 * DAY, 'open for 24 hours'],
  [made(), 7 * DAY - 61_000, 'open for 1 minute'],
  [made(), 7 * DAY - 1, 'open for 1 minute'],
  [made(), 7 * DAY, 'expired'],
  [made({ state: 'used-up' }), 0, 'used up'],
  [made({ state: 'withdrawn' }), 0, 'withdrawn'],
])('state of %o', (invitation, nowMs, words) => {
  expect(stateWords(invitation, nowMs)).toBe(words);
});

test('uses', () => {
  expect(usesWords(made())).toBe('2 of 5 used');
});

test('open ones come first, then those that end last', () => {
  const rows = [
    made({ id: 'old', expiresAtMs: 1, state: 'expired' }),
    made({ id: 'soon', expiresAtMs: 2 }),
    made({ id: 'used', expiresAtMs: 9, state: 'used-up' }),
    made({ id: 'late', expiresAtMs: 5 }),
  ];
  expect(sortedInvitations(rows).map(({ id }) => id)).toEqual(['late', 'soon', 'used', 'old']);
});
