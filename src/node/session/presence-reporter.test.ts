import { expect, test } from 'vitest';
import { type ContentId, type GroupId, type InfoHash, sha256Hex } from '../../base/index.ts';
import type { OwnContent } from '../seams.ts';
import { PresenceReporter } from './presence-reporter.ts';

const content = (name: string, have: number): OwnContent => ({
  gid: sha256Hex('group') as GroupId,
  content: sha256Hex(name) as ContentId,
  infoHash: sha256Hex(`info ${name}`) as InfoHash,
  have,
  seed: have === 1,
});
const reporter = () =>
  new PresenceReporter({ device: 'device-12', boot: 'boot-1234', port: 7000, addresses: [] });

test('all at first, then what changed, then a bare heartbeat', () => {
  const presence = reporter();
  expect(presence.next([content('a', 0)])).toMatchObject({ version: 0, full: true, contents: [{ have: 0 }] });
  presence.onAnswer(false);
  const change = presence.next([content('a', 0.256), content('b', 1)]);
  expect(change).toMatchObject({
    version: 1,
    full: false,
    contents: [{ have: 0.25 }, { seed: true }],
    gone: [],
  });
  presence.onAnswer(false);
  const beat = presence.next([content('a', 0.259), content('b', 1)]);
  expect(beat).toMatchObject({ version: 1, full: false });
  expect(beat.contents).toBeUndefined();
  presence.onAnswer(false);
  const gone = presence.next([content('b', 1)]);
  expect(gone).toMatchObject({ version: 2, contents: [], gone: [{ content: content('a', 0).content }] });
});

test.each([
  { why: 'the tracker asks for it', answer: (presence: PresenceReporter) => presence.onAnswer(true) },
  { why: 'nobody knows what arrived', answer: (presence: PresenceReporter) => presence.onFailure() },
])('everything again when $why', ({ answer }) => {
  const presence = reporter();
  presence.next([content('a', 0)]);
  presence.onAnswer(false);
  presence.next([content('a', 1)]);
  answer(presence);
  expect(presence.next([content('a', 1)])).toMatchObject({ full: true, contents: [{ seed: true }] });
});

test('what the tracker may still take for announced is known until it has answered to the withdrawal', () => {
  const presence = reporter();
  const names = (): string[] => [...new Set(presence.believed().map((each) => each.content))];
  presence.next([content('a', 0)]);
  expect(names()).toEqual([content('a', 0).content]);
  presence.onAnswer(false);
  presence.next([]);
  presence.onFailure();
  expect(names()).toEqual([content('a', 0).content]);
  presence.next([]);
  presence.onAnswer(false);
  expect(names()).toEqual([]);
});
