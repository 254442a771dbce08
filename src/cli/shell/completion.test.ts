import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nodeCommands } from '../commands/index.ts';
import { Completer } from './completion.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mbt-completion-'));
  await mkdir(join(folder, 'My Music'));
  await writeFile(join(folder, 'My Music', 'a song.mp3'), '');
  await writeFile(join(folder, 'Mono.txt'), '');
  await writeFile(join(folder, '.hidden'), '');
  await writeFile(join(folder, 'evil\x1b[2J'), '');
  await symlink(join(folder, 'My Music'), join(folder, 'link'));
});
afterAll(() => rm(folder, { recursive: true }));

const asked: string[] = [];
const completer = new Completer(nodeCommands, async (kind, group) => {
  asked.push(`${kind} ${group ?? '-'}`);
  return ['Japan Tour.jpg', 'Jam.txt', "it's", 'esc\x1bape', 'other'];
});
const hits = async (line: string): Promise<readonly string[]> =>
  (await completer.complete(line.replaceAll('@', folder))).hits.map((hit) => hit.replaceAll(folder, '@'));

test.each([
  {
    why: 'commands',
    line: 'list_f',
    hits: ['list_files ', 'list_folders '],
  },
  { why: 'the argument of help', line: 'help who', hits: ['whoami '] },
  { why: 'a name, by backslashes', line: 'list_files J', hits: ['Jam.txt ', String.raw`Japan\ Tour.jpg `] },
  { why: 'a name in open quotes', line: 'list_files "Jap', hits: ['"Japan Tour.jpg" '] },
  { why: 'a name in single quotes', line: "list_files 'it", hits: [String.raw`'it'\''s' `] },
  { why: 'an escaped blank', line: String.raw`list_files Japan\ `, hits: [String.raw`Japan\ Tour.jpg `] },
  { why: 'nothing after the last argument', line: 'list_files band J', hits: [] },
  { why: 'the words that may stand there', line: 'limit ', hits: ['both ', 'down ', 'up '] },
  { why: 'a group after them', line: 'limit up 1M J', hits: ['Jam.txt ', String.raw`Japan\ Tour.jpg `] },
  { why: 'options', line: 'invite band --', hits: ['--auto ', '--expires ', '--uses '] },
  { why: 'options not given yet', line: 'invite band --auto --uses 2 -', hits: ['--expires '] },
  {
    why: 'an argument after an option',
    line: 'invite --uses 2 J',
    hits: ['Jam.txt ', String.raw`Japan\ Tour.jpg `],
  },
  { why: 'nothing for the value of an option', line: 'invite band --uses ', hits: [] },
  { why: 'no option after --', line: 'invite -- --', hits: [] },
  { why: 'an option that may come again', line: 'set_priority a b low --path x --', hits: ['--path '] },
  { why: 'nothing for a password', line: 'login anna ', hits: [] },
  { why: 'nothing for an unknown command', line: 'dance J', hits: [] },
  { why: 'a folder stays open', line: 'upload_file @/My', hits: [String.raw`@/My\ Music/`] },
  { why: 'a folder in quotes stays open', line: 'upload_file "@/My', hits: ['"@/My Music/'] },
  { why: 'a file in a folder', line: 'upload_file "@/My Music/', hits: ['"@/My Music/a song.mp3" '] },
  { why: 'a link to a folder', line: 'upload_file @/li', hits: ['@/link/'] },
  { why: 'hidden files when meant', line: 'upload_file @/.', hits: ['@/.hidden '] },
  { why: 'names with controls are left out', line: 'upload_file @/e', hits: [] },
  { why: 'a folder that is not there', line: 'upload_file @/none/', hits: [] },
])('completes $why', async ({ line, hits: expected }) => {
  expect(await hits(line)).toEqual(expected);
});

test('without anything typed all visible entries are offered', async () => {
  expect(await hits('upload_file @/')).toEqual(['@/Mono.txt ', String.raw`@/My\ Music/`, '@/link/']);
});

test('names are asked for the group that stands before them', async () => {
  asked.length = 0;
  await hits('download_file band J');
  await hits('upload_file song.mp3 ba');
  await hits('accept_request band a');
  expect(asked).toEqual(['file band', 'group -', 'request band']);
});
