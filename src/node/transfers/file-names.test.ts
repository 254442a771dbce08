import { expect, test } from 'vitest';

import type { ContentId, UserId } from '../../base/index.ts';
import { fileRows, offeredFiles, pickFile, shortId } from './file-names.ts';

const id = (start: string): ContentId => start.padEnd(64, '0') as ContentId;
const file = (name: string, start: string) => ({ name, content: id(start) });
const share = (name: string, start: string, user: string) => ({
  ...file(name, start),
  size: 5,
  files: 1,
  uid: id(user) as string as UserId,
  user,
});

test.each([
  { why: 'an exact name', typed: 'a.txt', found: id('aa') },
  { why: 'a name that looks like a pick is tried as it stands first', typed: 'b@cafe', found: id('bb') },
  { why: 'a pick among two of one name', typed: 'two@ccc1', found: id('ccc1') },
  { why: 'a whole content id', typed: `two@${id('ccc2')}`, found: id('ccc2') },
  { why: 'a pick of a name that is unique anyway', typed: 'a.txt@aa00', found: id('aa') },
  { why: 'a name nobody has', typed: 'none', found: undefined },
  { why: 'an id of another name', typed: 'a.txt@bb00', found: undefined },
  { why: 'too few digits are a name', typed: 'two@ccc', found: undefined },
])('$why', ({ typed, found }) => {
  const files = [file('a.txt', 'aa'), file('b@cafe', 'bb'), file('two', 'ccc1'), file('two', 'ccc2')];
  expect(pickFile(files, typed)?.content).toBe(found);
});

test('two contents under one name are listed with what to type', () => {
  const files = [file('two', 'ccc1'), file('two', 'ccc2')];
  expect(() => pickFile(files, 'two')).toThrow(
    expect.objectContaining({
      code: 'AMBIGUOUS_NAME',
      message: expect.stringContaining('two@ccc10000 or two@ccc20000') as string,
    }) as Error,
  );
});

test('one content offered by several is one row, other contents of that name have their own', () => {
  const shares = [
    share('b', 'bb', 'zoe'),
    share('b', 'bb', 'ann'),
    share('a10', 'a1', 'ann'),
    share('a9', 'a2', 'bob'),
    share('b', 'bc', 'bob'),
  ];
  const swarms = new Map([[id('bb'), { seeds: 2, leechers: 1 }]]);
  expect(offeredFiles(shares).map((each) => each.name)).toEqual(['a9', 'a10', 'b', 'b']);
  expect(fileRows({ shares, swarms })[2]).toEqual({
    file: 'b',
    size: 5,
    files: 1,
    seeds: 2,
    leechers: 1,
    content: 'bb000000',
    sharers: ['ann', 'zoe'],
  });
});

test('ids grow until they differ', () => {
  expect(shortId(id('0123456789a'), [id('0123456789a'), id('0123456789b')])).toBe('0123456789a');
});
