import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { buildContent, type Content } from '../../metainfo/index.ts';
import type { Priority } from '../../swarm/index.ts';
import { choiceOf, fileAt, filesAt, onlyThese, prioritiesOf, wantedCount } from './file-choice.ts';

const PATHS = ['a.txt', 'b/a.txt', 'b/c/one.bin', 'b/c/two.bin', 'été/東京.jpg'];
const content = folder(PATHS);

function folder(paths: readonly string[]): Content {
  const files = paths.map((path) => ({ path: path.split('/'), length: 0 }));
  return buildContent({ name: 'tour', isFolder: true, files });
}

describe('paths inside a content', () => {
  test.each([
    { paths: ['a.txt'], found: ['a.txt'] },
    { paths: ['b'], found: ['b/a.txt', 'b/c/one.bin', 'b/c/two.bin'] },
    { paths: ['b/c/', './a.txt'], found: ['a.txt', 'b/c/one.bin', 'b/c/two.bin'] },
    { paths: ['été'.normalize('NFD')], found: ['été/東京.jpg'] },
    { paths: ['b', 'b/a.txt'], found: ['b/a.txt', 'b/c/one.bin', 'b/c/two.bin'] },
    { paths: [], found: [] },
  ])('$paths are $found', ({ paths, found }) => {
    expect([...filesAt(content, paths)].map((file) => content.files[file]!.path.join('/'))).toEqual(found);
  });

  test.each(['', '.', '..', 'c', 'b/c/one', 'b/../a.txt', 'A.TXT', '/'])('%j names nothing', (path) => {
    expect(() => filesAt(content, ['a.txt', path])).toThrow(
      expect.objectContaining({ code: 'NO_SUCH_FILE' }),
    );
    expect(() => fileAt(content, path)).toThrow(expect.objectContaining({ code: 'NO_SUCH_FILE' }));
  });

  test('in eighty folders inside one another are looked at no more often than they have to be', () => {
    const path = [...Array<string>(79).fill('deep'), 'file.txt'];
    let looks = 0;
    path.slice = (...range) => {
      looks += 1;
      return Array.prototype.slice.apply(path, range) as string[];
    };
    const deep = { ...content, files: [{ ...content.files[0]!, path }] };
    expect([...filesAt(deep, ['deep/deep', path.join('/')])]).toEqual([0]);
    expect(looks).toBe(2);
  });

  test('one file is named by its path, that of a share of one file by nothing', () => {
    expect(fileAt(content, 'b/a.txt')).toBe(PATHS.indexOf('b/a.txt'));
    expect(() => fileAt(content, undefined)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENTS' }));
    const single = buildContent({ name: 'x', isFolder: false, files: [{ path: ['x'], length: 0 }] });
    expect([fileAt(single, undefined), fileAt(single, 'x')]).toEqual([0, 0]);
  });
});

test('a choice is kept as it was made', () => {
  const priority = fc.constantFrom<Priority>('skip', 'low', 'normal', 'high');
  fc.assert(
    fc.property(fc.array(priority, { minLength: 5, maxLength: 5 }), (priorities) => {
      const choice = choiceOf(priorities);
      expect(prioritiesOf({ choice }, content)).toEqual(priorities);
      const wanted = priorities.filter((each) => each !== 'skip').length;
      expect(wantedCount({ choice, files: 5 })).toBe(wanted);
    }),
  );
  expect(choiceOf(onlyThese(content, ['b/c']))).toBe('ssnns');
  expect(choiceOf(prioritiesOf({}, content))).toBeUndefined();
});
