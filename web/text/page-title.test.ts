import { expect, test } from 'vitest';
import { pageTitle } from './page-title.ts';

test.each([
  [[], 'Groups'],
  [['groups'], 'Groups'],
  [['groups', 'lab'], 'lab'],
  [['groups', 'lab', 'people'], 'lab, people'],
  [['downloads'], 'Downloads'],
  [['transfer', 'lab', 'film.mp4'], 'film.mp4'],
  [['preview', 'lab', 'film.mp4'], 'film.mp4'],
  [['preview', 'lab', 'photos', 'photos/day 1/a.jpg'], 'a.jpg'],
  [['news'], 'News'],
  [['settings'], 'Settings'],
  [['settings', 'limits'], 'Speed'],
  [['settings', 'toString'], 'Settings'],
])('the tab at %j is called %s', (route, title) =>
  expect(pageTitle(route, 0)).toBe(`${title} · Mini-BitTorrent`),
);

test('who waits for an answer is counted first', () =>
  expect(pageTitle(['groups', 'lab'], 2)).toBe('(2) lab · Mini-BitTorrent'));
