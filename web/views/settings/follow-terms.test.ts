import { expect, test } from 'vitest';
import { FOLLOW_START, toFollowTerms } from './follow-terms.ts';

test('at first everything comes, and 5 GiB stay free', () => {
  expect(toFollowTerms(FOLLOW_START)).toEqual({ patterns: [], sizeMax: null, reserveBytes: 5 * 2 ** 30 });
});

test('patterns stand apart by blanks or commas', () => {
  expect(toFollowTerms({ patterns: ' *.csv, results/** !old\n', sizeMax: '1,5', reserve: '' })).toEqual({
    patterns: ['*.csv', 'results/**', '!old'],
    sizeMax: 1.5 * 2 ** 30,
    reserveBytes: 0,
  });
});

test.each([
  ['sizeMax', { sizeMax: 'big' }],
  ['sizeMax', { sizeMax: '0' }],
  ['reserve', { reserve: '-1' }],
  ['reserve', { reserve: '9'.repeat(30) }],
  ['patterns', { patterns: 'x'.repeat(257) }],
  ['patterns', { patterns: 'x '.repeat(101) }],
])('wrong: %s', (wrong, given) => {
  expect(toFollowTerms({ ...FOLLOW_START, ...given })).toEqual({ wrong });
});
