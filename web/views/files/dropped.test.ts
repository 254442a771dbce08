import { expect, test } from 'vitest';
import { readChosen } from './dropped.ts';

function chosen(name: string, webkitRelativePath = ''): File {
  return Object.assign(new File([name], name), { webkitRelativePath });
}
const shape = (files: File[]) =>
  readChosen(files).map(({ name, folder, files: inside }) => [name, folder, inside.map(({ path }) => path)]);

test('files are shared each for itself', () => {
  expect(shape([chosen('a.txt'), chosen('b.txt')])).toEqual([
    ['a.txt', false, ['a.txt']],
    ['b.txt', false, ['b.txt']],
  ]);
});

test('a folder is one, with paths from inside of it', () => {
  expect(shape([chosen('a.txt', 'album/a.txt'), chosen('b.txt', 'album/raw/b.txt')])).toEqual([
    ['album', true, ['a.txt', 'raw/b.txt']],
  ]);
});

test('nothing chosen is nothing', () => expect(shape([])).toEqual([]));
