import { expect, test } from 'vitest';
import { pathInside } from './path-inside.ts';

test.each([
  ['photos', 'photos/day 1/a.jpg', 'day 1/a.jpg'],
  ['photos', 'photos 2/a.jpg', 'photos 2/a.jpg'],
  ['photos', 'day 1/photos/a.jpg', 'day 1/photos/a.jpg'],
  ['photos', 'photos', 'photos'],
])('inside of %s, %s is %s', (file, path, shown) => expect(pathInside(file, path)).toBe(shown));
