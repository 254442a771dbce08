import { mkdtemp, open, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deferred, systemClock } from '../../base/index.ts';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { FaultList } from './fault-list.ts';
import { LookLoop, type Looked } from './look-loop.ts';
import { nameFilter } from './name-patterns.ts';
import { namesOpenForWriting } from './open-files.ts';
import { WatchedEntry } from './watched-entry.ts';

describe('names that are wanted', () => {
  test.each([
    { why: 'no pattern: all', patterns: [], name: 'a.txt', wanted: true },
    { why: 'no pattern: but hidden ones', patterns: [], name: '.a', wanted: false },
    { why: 'one of several', patterns: ['*.jpg', '*.png'], name: 'a.png', wanted: true },
    { why: 'none of several', patterns: ['*.jpg', '*.png'], name: 'a.txt', wanted: false },
    { why: 'other case', patterns: ['*.jpg'], name: 'A.JPG', wanted: true },
    { why: 'excluded', patterns: ['!*.tmp'], name: 'a.tmp', wanted: false },
    { why: 'not excluded', patterns: ['!*.tmp'], name: 'a.txt', wanted: true },
    { why: 'wanted and excluded', patterns: ['!a*', '*.txt'], name: 'a.txt', wanted: false },
    { why: 'a choice', patterns: ['*.{mkv,mp4}'], name: 'x.mp4', wanted: true },
    { why: 'a class', patterns: ['IMG_[0-9]*'], name: 'img_7.raw', wanted: true },
    { why: 'signs that mean nothing in a name', patterns: ['a (1)+.txt'], name: 'a (1)+.txt', wanted: true },
    { why: 'a range', patterns: ['[a-c]x'], name: 'bx', wanted: true },
    { why: 'beyond a range', patterns: ['[a-c]x'], name: 'dx', wanted: false },
    { why: 'choices in choices', patterns: ['x{a,b{c,d}}y'], name: 'xbdy', wanted: true },
    { why: 'a sign that stands for itself', patterns: ['a\\*b'], name: 'a*b', wanted: true },
    { why: 'a sign that stands for itself alone', patterns: ['a\\*b'], name: 'axb', wanted: false },
    { why: 'a bracket without end', patterns: ['a[b'], name: 'a[b', wanted: true },
    {
      why: 'one sign for one character, however it is coded',
      patterns: ['?.txt'],
      name: '😀.txt',
      wanted: true,
    },
    { why: 'another form of the same letter', patterns: ['\u00e9*'], name: 'e\u0301t\u00e9', wanted: true },
    { why: 'a hidden name that is asked for', patterns: ['.*'], name: '.a', wanted: true },
  ])('$why', ({ patterns, name, wanted }) => {
    expect(nameFilter(patterns)(name)).toBe(wanted);
  });

  test('no name takes long to judge, whatever the pattern', () => {
    const filter = nameFilter([`${'*a'.repeat(100)}b`, '*a?*a?*a?*[!b]*a*b']);
    const started = systemClock.nowMs();
    for (let at = 0; at < 100; at += 1) expect(filter('a'.repeat(250))).toBe(false);
    expect(systemClock.nowMs() - started).toBeLessThan(5_000);
  });

  test('as a regular expression would say', () => {
    const sign = fc.constantFrom('a', 'b', '*', '?', '[ab]', '[!a]', '{a,bb}');
    const source: Record<string, string> = {
      '*': '.*',
      '?': '.',
      '[!a]': '[^a]',
      '{a,bb}': '(?:a|bb)',
    };
    fc.assert(
      fc.property(
        fc.array(sign, { maxLength: 6 }),
        fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 }),
        (signs, name) => {
          fc.pre(signs.length > 0);
          const expression = new RegExp(`^${signs.map((each) => source[each] ?? each).join('')}$`);
          expect(nameFilter([signs.join('')])(name)).toBe(expression.test(name));
        },
      ),
      { seed: 4, numRuns: 2_000 },
    );
  });

  test.each([
    ['', /fits no name/],
    ['a/*', /fits no name/],
    ['{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}', /too many choices/],
  ])('refused: %s', (pattern, text) => {
    expect(() => nameFilter([pattern])).toThrow(text);
  });
});

test.runIf(process.platform === 'linux')('files open for writing are seen, in folders, too', async () => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'open-')));
  const file = await open(join(folder, 'a b.txt'), 'a');
  expect(await namesOpenForWriting(folder)).toEqual(new Set(['a b.txt']));
  expect(await namesOpenForWriting(join(folder, '..'))).toContain(folder.split('/').at(-1));
  await file.close();
  const reader = await open(join(folder, 'a b.txt'), 'r');
  expect(await namesOpenForWriting(folder)).toEqual(new Set());
  await reader.close();
  expect(await namesOpenForWriting(folder, '/nowhere')).toEqual(new Set());
  await rm(folder, { recursive: true });
});

test('what changes again and again after all has to stay as it is for longer each time', () => {
  const entry = new WatchedEntry();
  const stamps = [{ size: 1, mtimeMs: 1 }];
  let nowMs = 0;
  let version = 0;
  /** How long the next version has to stay before it is shared, s. */
  const untilShared = (): number => {
    const look = { digest: `${(version += 1)}`, stamps, isUnfinished: false };
    const fromMs = nowMs;
    while (entry.judge(look, undefined, undefined, nowMs) === 'waiting') nowMs += 1_000;
    entry.onShared();
    return (nowMs - fromMs) / 1_000;
  };
  expect(Array.from({ length: 11 }, untilShared)).toEqual([3, 3, 6, 12, 24, 48, 96, 192, 384, 600, 600]);
  nowMs += 60 * 60_000;
  expect(untilShared()).toBe(3);
});

describe('faults', () => {
  test('told once while they stand, again when they come again or read otherwise', () => {
    const told: string[] = [];
    const faults = new FaultList();
    const look = (text: string | undefined): void => {
      if (text === undefined) faults.clear('a');
      else faults.set('a', text);
      faults.tell((each) => told.push(each), 'x');
    };
    for (const text of ['one', 'one', 'two', undefined, 'two']) look(text);
    expect(told).toEqual(['one', 'two', 'two']);
  });

  test('the oldest is shown, with how many more there are', () => {
    const faults = new FaultList();
    expect(faults.summary).toBeNull();
    faults.set('a', 'one');
    expect(faults.summary).toBe('one');
    faults.set('b', 'two');
    expect(faults.summary).toBe('one (and 1 more)');
    faults.keepOnly((of) => of === 'b');
    expect(faults.summary).toBe('two');
  });
});

describe('looking again and again', () => {
  const settle = () => new Promise(setImmediate);
  const noBug = (error: unknown): void => expect(error).toBeUndefined();

  test('at once, then as it says; sooner after a hint, but hints in swarms count once', async () => {
    const clock = new FakeClock();
    const atMs: number[] = [];
    const loop = new LookLoop(
      clock,
      async () => {
        atMs.push(clock.nowMs());
        return { tookMs: 0, nextMs: 10_000 };
      },
      noBug,
    );
    loop.start();
    await settle();
    clock.advance(10_000);
    await settle();
    for (let at = 0; at < 100; at += 1) loop.hint();
    clock.advance(9_000);
    await settle();
    await loop.close();
    clock.advance(100_000);
    expect(atMs).toEqual([0, 10_000, 10_300]);
  });

  test('never two at once, a hint meanwhile is not lost, and who looks long rests long', async () => {
    const clock = new FakeClock();
    const looks: ((looked: Looked) => void)[] = [];
    const loop = new LookLoop(
      clock,
      () => {
        const look = deferred<Looked>();
        looks.push(look.resolve);
        return look.promise;
      },
      noBug,
    );
    loop.start();
    loop.hint();
    clock.advance(60_000);
    expect(looks).toHaveLength(1);
    looks[0]?.({ tookMs: 1_000, nextMs: 10_000 });
    await settle();
    clock.advance(4_999);
    expect(looks).toHaveLength(1);
    clock.advance(1);
    expect(looks).toHaveLength(2);
    looks[1]?.({ tookMs: 1_000, nextMs: 10_000 });
    await settle();
    clock.advance(49_999);
    expect(looks).toHaveLength(2);
    clock.advance(1);
    expect(looks).toHaveLength(3);
    looks[2]?.({ tookMs: 0, nextMs: 1 });
    await loop.close();
  });
});
