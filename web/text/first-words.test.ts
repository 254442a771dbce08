import { expect, test } from 'vitest';
import { firstWords } from './first-words.ts';

test.each([
  ['mbt://join/AbC', { invitation: 'mbt://join/AbC' }],
  [' mbt:nonsense ', { invitation: 'mbt:nonsense' }],
  ['Come in: mbt://join/AbC\nAda', { invitation: 'mbt://join/AbC' }],
  ['192.0.2.7:6969\n192.0.2.8:6969', { trackers: '192.0.2.7:6969\n192.0.2.8:6969' }],
  ['# ours\n[::1]:9000', { trackers: '# ours\n[::1]:9000' }],
  ['192.0.2.7 6969', { trackers: '192.0.2.7 6969' }],
  ['192.0.2.7', { trackers: '192.0.2.7' }],
  ['hello there', undefined],
  ['https://example.org/join', undefined],
  ['', undefined],
])('%j at the beginning', (text, given) => expect(firstWords(text)).toEqual(given));
