import { expect, test } from 'vitest';
import { formatAgo, formatBytes, formatDuration, formatPercent } from './format.ts';
import { labelFault } from './label-fault.ts';

test.each([
  [0, '0 B'],
  [1023, '1023 B'],
  [1024, '1.00 KiB'],
  [15 * 2 ** 20, '15.0 MiB'],
  [340 * 2 ** 20, '340 MiB'],
  [3.5 * 2 ** 40, '3.50 TiB'],
])('%d bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

test.each([
  [0.2, '1 s'],
  [59, '59 s'],
  [90, '2 min'],
  [3600, '1 h'],
  [7500, '2 h 5 min'],
  [260_000, '3 d'],
])('%d seconds are %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text));

test.each([
  { why: 'only what is whole is 100 %', part: 0.9999, text: '99 %' },
  { why: 'whole', part: 1, text: '100 %' },
  { why: 'more than all', part: 1.2, text: '100 %' },
])('percent: $why', ({ part, text }) => expect(formatPercent(part)).toBe(text));

test.each([
  [30_000, 'just now'],
  [5 * 60_000, '5 min ago'],
  [3 * 3_600_000, '3 h ago'],
])('%d ms ago is %s', (ms, text) => expect(formatAgo(1e12 - ms, 1e12)).toBe(text));

test.each([
  { label: 'lab-7.b_C', fault: undefined },
  { label: 'two words', fault: 'Only letters A to Z, digits, and . _ - without spaces.' },
  { label: 'größe', fault: 'Only letters A to Z, digits, and . _ - without spaces.' },
  { label: 'x'.repeat(33), fault: 'At most 32 characters.' },
])('the label $label', ({ label, fault }) => expect(labelFault(label)).toBe(fault));
