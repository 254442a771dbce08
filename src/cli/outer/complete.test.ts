import { expect, test } from 'vitest';
import { FakeClock } from '../../../test/support/fake-clock.ts';
import { completeWords } from './complete.ts';
import { allCommands } from './index.ts';

const complete = (words: readonly string[], quoted = false) =>
  completeWords(allCommands(), words, quoted, new FakeClock());

test.each([
  { why: 'a command', words: ['list_f'], hits: ['list_files', 'list_folders'] },
  { why: 'with dashes where they are typed', words: ['list-f'], hits: ['list-files', 'list-folders'] },
  { why: 'the first of two words', words: ['nod'], hits: ['node'] },
  { why: 'the second of two words', words: ['node', 'st'], hits: ['start', 'status', 'stop'] },
  {
    why: 'options of a command of two words',
    words: ['node', 'log', '--'],
    hits: ['--data', '--follow', '--json', '--lines'],
  },
  { why: 'options of a command with dashes', words: ['set-priority', 'a', 'b', '--p'], hits: ['--path'] },
  { why: 'words that may stand there', words: ['completion', ''], hits: ['bash', 'fish', 'zsh'] },
  { why: 'behind global options', words: ['limit', '--json', 'b'], hits: ['both'] },
  { why: 'nothing for a password', words: ['login', 'anna', ''], hits: [] },
  { why: 'nothing for an unknown command', words: ['dance', ''], hits: [] },
  { why: 'nothing after a value that is missing', words: ['invite', 'band', '--uses', ''], hits: [] },
])('$why', async ({ words, hits }) => {
  expect(await complete(words)).toEqual(hits);
});

test('names are nobody’s where no node runs', async () => {
  expect(await complete(['list_files', '--data', '/nowhere', ''])).toEqual([]);
});

test('words as a shell has them typed are read without their quotes, and folders left unmarked', async () => {
  const here = new URL('../', import.meta.url).pathname;
  expect(await complete(['upload_file', `"${here}oute`], true)).toEqual([`${here}outer`]);
  expect(await complete(['upload_file', `${here}oute`], true)).toEqual([`${here}outer/`]);
  expect(await complete(['upload_file', `${here}oute`])).toEqual([`${here}outer/`]);
});
