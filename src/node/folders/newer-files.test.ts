import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ContentId } from '../../base/index.ts';
import { FolderWorld, gidOf } from '../../../test/support/folder-world.ts';

let world: FolderWorld;
let first: ContentId;

beforeEach(async () => {
  world = await FolderWorld.open();
  first = world.offer('lab', 'a.txt', 10, 'bob', 'one');
  const terms = { patterns: [], sizeMax: null, reserveBytes: 0 };
  await world.keeper.followGroup('lab', world.path('out'), terms);
  await world.until(() => world.downloads.length === 1);
});

afterEach(async () => {
  await world.close();
});

/** What was begun is whole, lies in its place, and is shared from there. */
async function arrive(content: ContentId): Promise<void> {
  const root = world.path('out', 'a.txt');
  await world.write('out/a.txt', content.slice(0, 10));
  const common = { gid: gidOf('lab'), content, root };
  world.downloads = [{ ...common, state: 'complete', isPartial: false, missingBytes: 0 }];
  world.shares = [{ ...common, name: 'a.txt', stamps: [], isServed: true }];
  world.keeper.onEvent({ type: 'complete', group: 'lab', file: 'a.txt', path: root });
}

/** Bob, or somebody, offers another version in place of what he offered. */
function replace(version: string, user = 'bob'): ContentId {
  world.offers = world.offers.filter(({ share }) => share.user !== user);
  const content = world.offer('lab', 'a.txt', 10, user, version);
  world.keeper.onChange({ what: 'files', group: 'lab' });
  return content;
}

const replacing = (...before: ContentId[]): string =>
  `replace a.txt lab, before ${before.map((each) => each.slice(0, 4)).join()}`;

test('what its sharer replaces is replaced here, again and again, after a restart as well', async () => {
  await arrive(first);
  const second = replace('two');
  await world.until(() => world.asked.length === 2);
  await arrive(second);
  await world.restart();
  const third = replace('three');
  await world.until(() => world.asked.length === 3);
  expect(world.asked.slice(1)).toEqual([replacing(first), replacing(second, first)]);
  expect(world.warnings).toEqual([]);
  await arrive(third);
  // What was there before may come back.
  replace('one');
  await world.until(() => world.asked.length === 4);
  expect(world.asked.at(-1)).toBe(replacing(third, second, first));
});

test('as long as its sharer still offers the older one, too, nothing is done or told', async () => {
  await arrive(first);
  world.offer('lab', 'a.txt', 10, 'bob', 'two');
  world.keeper.onChange({ what: 'files', group: 'lab' });
  await world.pass(5);
  expect(world.asked).toHaveLength(1);
  world.offers = world.offers.slice(1);
  world.keeper.onChange({ what: 'files', group: 'lab' });
  await world.pass(5);
  expect(world.asked.slice(1)).toEqual([replacing(first)]);
  expect(world.warnings).toEqual([]);
});

test('what somebody else calls so is none', async () => {
  await arrive(first);
  world.offer('lab', 'a.txt', 10, 'mallory', 'hers');
  world.offers = world.offers.filter(({ share }) => share.user === 'mallory');
  world.keeper.onChange({ what: 'files', group: 'lab' });
  await world.until(() => world.warnings.length > 0);
  expect(world.warnings).toEqual([expect.stringMatching(/a\.txt of lab is not fetched/)]);
  expect(world.asked).toHaveLength(1);
});

test('what was changed here is not replaced', async () => {
  await arrive(first);
  world.shares = world.shares.map((share) => ({
    ...share,
    content: share.content.replace(/./g, '0') as ContentId,
  }));
  replace('two');
  await world.until(() => world.warnings.length > 0);
  expect(world.asked).toHaveLength(1);
});

test('what is still on its way is given up for it; not what the user holds back', async () => {
  replace('two');
  await world.until(() => world.asked.length === 3);
  expect(world.asked.slice(1)).toEqual(['drop', 'download a.txt lab']);
  world.downloads = world.downloads.map((each) => ({ ...each, state: 'paused' }));
  replace('three');
  await world.pass(70);
  expect(world.asked).toHaveLength(3);
});

test('what is cancelled is not begun again; what comes after it is', async () => {
  await arrive(first);
  const second = replace('two');
  await world.until(() => world.asked.length === 2);
  world.downloads = world.downloads.filter(({ content }) => content !== second);
  await world.pass(130);
  expect(world.asked).toHaveLength(2);
  replace('three');
  await world.until(() => world.asked.length === 3);
  expect(world.asked.at(-1)).toBe(replacing(second, first));
});

test('what comes back while its successor is on its way is left where it is', async () => {
  await arrive(first);
  const second = replace('two');
  await world.until(() => world.asked.length === 2);
  replace('one');
  await world.until(() => world.asked.length === 3);
  expect(world.asked.at(-1)).toBe('drop');
  expect(world.downloads.map(({ content }) => content)).not.toContain(second);
  await world.pass(70);
  expect(world.asked).toHaveLength(3);
  replace('two');
  await world.until(() => world.asked.length === 4);
  expect(world.asked.at(-1)).toBe(replacing(first, second));
});
