import { expect, test } from 'vitest';
import type { Diagnosis } from '../../../src/node/commands.ts';
import { findingsOf, type Finding } from './findings.ts';

const well: Diagnosis = {
  version: '0.1.0',
  node: 'v20',
  trackers: [
    { address: 'a:1', state: 'connected', reachable: true, millis: 12.4 },
    { address: 'b:1', state: 'connected', reachable: true, millis: 30 },
  ],
  port: { port: 6881, reachable: true, text: '' },
  clockSkewMs: 100,
  freeBytes: 10 ** 12,
};
const findings = (given: Partial<Diagnosis>): Finding[] => findingsOf({ ...well, ...given });

test('all is well', () => {
  expect(findings({}).map(({ level }) => level)).toEqual(['good', 'good', 'good', 'good']);
  expect(findings({})[0]?.text).toBe('All 2 trackers answer, the quickest in 12 ms.');
});

test('one of two trackers is no harm, none of two is', () => {
  const dead = { address: 'b:1', state: 'timed out', reachable: false };
  const one = findings({ trackers: [well.trackers[0]!, dead] });
  expect(one.slice(0, 2).map(({ level }) => level)).toEqual(['good', 'note']);
  expect(one[0]?.text).toContain('1 of 2 trackers answers');
  const none = findings({ trackers: [dead, { ...dead, address: 'a:1' }] });
  expect(none.slice(0, 2).map(({ level }) => level)).toEqual(['bad', 'bad']);
  expect(none[0]?.advice).toContain('network');
  expect(findings({ trackers: [] })[0]).toMatchObject({ level: 'bad' });
});

test.each([
  { why: 'the trackers are ahead', clockSkewMs: 180_000, level: 'bad', words: '3 min behind' },
  { why: 'the trackers are behind', clockSkewMs: -40_000, level: 'note', words: '40 s ahead' },
  { why: 'unknown', clockSkewMs: null, level: 'note', words: 'no tracker answered' },
])('clock: $why', ({ clockSkewMs, level, words }) => {
  const clock = findings({ clockSkewMs })[2];
  expect(clock?.level).toBe(level);
  expect(clock?.text).toContain(words);
});

test.each([
  [100, 'bad'],
  [2 ** 30, 'note'],
  [2 ** 40, 'good'],
])('%i bytes free: %s', (freeBytes, level) => {
  expect(findings({ freeBytes })[3]?.level).toBe(level);
});

test('a port that cannot be reached comes with what to do', () => {
  expect(findings({ port: { port: 1, reachable: false, text: '' } })[1]?.advice).toContain('firewall');
  expect(findings({ port: { port: 1, reachable: null, text: 'why' } })[1]).toMatchObject({ advice: 'why' });
});
