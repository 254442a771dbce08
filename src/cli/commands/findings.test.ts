import { expect, test } from 'vitest';
import type { Diagnosis } from '../../node/index.ts';
import { findingsOf, findingsView } from './findings.ts';

const TRACKER = {
  address: '10.0.0.1:7000',
  state: 'connected',
  reachable: true,
  millis: 3.4,
  version: '1.0.0',
};
const WELL: Diagnosis = {
  version: '1.0.0',
  node: 'v20.20.2',
  trackers: [TRACKER],
  port: { port: 6881, reachable: true, text: '' },
  clockSkewMs: 900,
  freeBytes: 2 ** 40,
};
const about = (diagnosis: Partial<Diagnosis>, what: string) =>
  findingsOf({ ...WELL, ...diagnosis }).filter((finding) => finding.about === what);

test('where all is well nothing is to do', () => {
  const findings = findingsOf(WELL);
  expect(findings.map(({ verdict }) => verdict)).toEqual(['good', 'good', 'good', 'good', 'good']);
  expect(findings.map(({ todo }) => todo).join('')).toBe('');
  expect(findings[0]?.text).toBe('10.0.0.1:7000 answers in 3 ms');
});

const AWAY = { address: '10.0.0.2:7000', state: 'no answer', reachable: false };

test.each([
  {
    why: 'one tracker is away',
    diagnosis: { trackers: [TRACKER, AWAY] },
    what: 'tracker',
    says: 'all works by the others',
  },
  {
    why: 'all trackers are away',
    diagnosis: { trackers: [AWAY] },
    what: 'tracker',
    says: 'check your network',
  },
  {
    why: 'nobody gets in',
    diagnosis: { port: { port: 6881, reachable: false, text: '' } },
    what: 'port',
    says: 'open TCP port 6881 in the firewall',
  },
  { why: 'the clock is behind', diagnosis: { clockSkewMs: 600_000 }, what: 'clock', says: 'timedatectl' },
  { why: 'the clock is ahead', diagnosis: { clockSkewMs: -600_000 }, what: 'clock', says: 'timedatectl' },
  { why: 'the disk is full', diagnosis: { freeBytes: 1000 }, what: 'disk', says: 'free some space' },
])('$why: it says what to do', ({ diagnosis, what, says }) => {
  const wrong = about(diagnosis, what).filter(({ verdict }) => verdict === 'wrong');
  expect(wrong.map(({ todo }) => todo).join()).toContain(says);
});

test('what nobody could find out is no fault', () => {
  const findings = findingsOf({
    ...WELL,
    clockSkewMs: null,
    port: { port: 6881, reachable: null, text: 'no tracker' },
  });
  expect(findings.filter(({ verdict }) => verdict === 'wrong')).toEqual([]);
  expect(about({ trackers: [{ ...TRACKER, version: '0.9.0' }] }, 'version')[0]?.text).toContain('0.9.0');
});

test.each([60, 80, 120])('fits on a screen of %i columns', (columns) => {
  const findings = findingsOf({
    ...WELL,
    trackers: [AWAY],
    port: { port: 1, reachable: false, text: 'x' },
    freeBytes: 0,
  });
  const lines = findingsView.human(findings, columns);
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(columns);
});
