import { appendFile, mkdir, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fileHash, writeRandomFile } from './harness/files.ts';
import type { MbtProcess } from './harness/mbt-process.ts';
import { PASSWORD, Workspace } from './harness/workspace.ts';

const MIB = 2 ** 20;

let workspace: Workspace;
let anna: MbtProcess;
let ben: MbtProcess;

/** Two members of one group; each file of a test has a name of its own. */
beforeAll(async () => {
  workspace = await Workspace.open(1);
  anna = await workspace.member('anna');
  ben = await workspace.member('ben');
  await anna.ok('create_group band');
  await ben.ok('join_group band');
  await anna.ok('accept_request band ben');
  await mkdir(workspace.path('ben'));
});
afterAll(() => workspace.close());

const there = (...parts: string[]): string => workspace.path('ben', ...parts);

/** Waits until ben has all of `name`. */
async function complete(name: string): Promise<void> {
  await ben.sees(new RegExp(`^COMPLETE: \\[band\\] ${name} -> `));
}

async function share(name: string, bytes: number, seed: number): Promise<string> {
  const path = workspace.path('anna', name);
  await writeRandomFile(path, bytes, seed);
  await anna.ok(`upload_file "${path}" band`);
  return path;
}

test('a folder: empty files, deep paths, names in any script; junk left out, said so; links refused', async () => {
  const folder = workspace.path('anna', 'Ausflug 日本');
  const deep = 'a/b/c/d/e';
  await mkdir(`${folder}/${deep}`, { recursive: true });
  await mkdir(`${folder}/nothing`);
  await writeRandomFile(`${folder}/${deep}/größer.bin`, MIB + 17, 10);
  await writeFile(`${folder}/пустой`, '');
  await writeFile(`${folder}/one byte`, 'x');
  await writeFile(`${folder}/.DS_Store`, 'junk');
  await symlink('/etc/passwd', `${folder}/link`);
  expect(await anna.fails(`upload_file "${folder}" band`)).toBe('REFUSED');
  await rm(`${folder}/link`);
  const from = anna.lines.length;
  await anna.ok(`upload_file "${folder}" band`);
  const notices = anna.lines.slice(from).filter((line) => line.startsWith('NOTICE: left out: '));
  expect(notices.join('\n')).toMatch(/DS_Store/);
  await ben.ok(`download_file band "Ausflug 日本" ${there()}/`);
  await complete('Ausflug 日本');
  const copy = there('Ausflug 日本');
  expect(await fileHash(`${copy}/${deep}/größer.bin`)).toBe(await fileHash(`${folder}/${deep}/größer.bin`));
  expect((await stat(`${copy}/пустой`)).size).toBe(0);
  expect(await readFile(`${copy}/one byte`, 'utf8')).toBe('x');
  expect((await readdir(copy)).toSorted()).toEqual(['a', 'one byte', 'пустой'].toSorted());
});

test.each([
  { name: 'empty', bytes: 0 },
  { name: 'a byte', bytes: 1 },
  { name: 'a block', bytes: 16_384 },
  { name: 'a block and a byte', bytes: 16_385 },
  { name: 'a piece', bytes: 262_144 },
  { name: 'a piece less a byte', bytes: 262_143 },
  { name: 'many pieces and a byte', bytes: 5 * MIB + 1 },
])('sizes around the edges: $name', async ({ name, bytes }) => {
  const path = await share(name, bytes, bytes);
  await ben.ok(`download_file band "${name}" ${there()}`);
  await complete(name);
  expect(await fileHash(there(name))).toBe(await fileHash(path));
});

test('a leecher that is killed goes on where it was', async () => {
  const path = workspace.path('anna', 'film');
  await writeRandomFile(path, 96 * MIB, 11);
  const seed = await workspace.member('sam', '--up-limit', '24');
  await seed.ok('join_group band');
  await anna.ok('accept_request band sam');
  await seed.ok(`upload_file ${path} band`);
  await ben.ok(`download_file band film ${there()}`);
  const given = async (): Promise<number> =>
    (await seed.ok('show_peers band film')).reduce((sum, row) => sum + Number(row.split('\t')[5]), 0);
  await expect.poll(given, { timeout: 20_000, interval: 50 }).toBeGreaterThan(40 * MIB);
  await ben.stop('SIGKILL');
  ben = workspace.client('ben');
  await ben.ok(`login ben ${PASSWORD}`);
  await ben.sees(/^COMPLETE: \[band\] film/);
  expect(await fileHash(there('film'))).toBe(await fileHash(path));
  expect(await given()).toBeLessThan(96 * MIB + 24 * MIB);
});

test('pause, resume, cancel', async () => {
  const path = workspace.path('anna', 'slow');
  await writeRandomFile(path, 64 * MIB, 12);
  const seed = workspace.client('sam2', '--up-limit', '4');
  await seed.ok(`login sam ${PASSWORD}`);
  await seed.ok(`upload_file ${path} band`);
  await ben.ok(`download_file band slow ${there()}`);
  expect(await ben.fails(`download_file band slow ${there('twice')}`)).toBe('ALREADY_DOWNLOADING');
  await ben.ok('pause_download band slow');
  expect(await ben.ok('show_downloads')).toContain('[P] [band] slow');
  await ben.ok('wait_downloads 5');
  await ben.ok('resume_download band slow');
  expect(await ben.ok('show_downloads')).toContain('[D] [band] slow');
  expect(await ben.fails('wait_downloads 0.2')).toBe('TIMED_OUT');
  await ben.ok('cancel_download band slow');
  expect((await ben.ok('show_downloads')).some((row) => row.endsWith(' slow'))).toBe(false);
  expect(await readdir(there())).not.toContain('slow');
  await seed.ok('stop_share band slow');
});

test('a download that nobody can serve waits, and holds nobody up', async () => {
  const seed = await workspace.member('tess');
  await seed.ok('join_group band');
  await anna.ok('accept_request band tess');
  await writeRandomFile(workspace.path('rare'), MIB, 13);
  await seed.ok(`upload_file ${workspace.path('rare')} band`);
  await seed.ok('quit');
  await seed.exit();
  await ben.ok(`download_file band rare ${there()}`);
  expect(await ben.ok('show_downloads')).toContain('[D] [band] rare');
  const path = await share('other', MIB, 14);
  await ben.ok(`download_file band other ${there()}`);
  await ben.sees(/^COMPLETE: \[band\] other/);
  expect(await fileHash(there('other'))).toBe(await fileHash(path));
  const back = workspace.client('tess');
  await back.ok(`login tess ${PASSWORD}`);
  await ben.sees(/^COMPLETE: \[band\] rare/);
});

test('nothing is overwritten; what is already there and right is taken for it', async () => {
  const path = await share('cover', MIB, 15);
  await writeFile(there('cover'), 'mine');
  expect(await ben.fails(`download_file band cover ${there()}`)).toBe('DESTINATION_EXISTS');
  expect(await readFile(there('cover'), 'utf8')).toBe('mine');
  await writeFile(there('same'), await readFile(path));
  await ben.ok(`download_file band cover ${there('same')}`);
  await ben.sees(/^COMPLETE: \[band\] cover/);
});

test('one of equal size that differs fails, untouched', async () => {
  await share('poster', MIB, 16);
  const mine = Buffer.alloc(MIB, 7);
  await writeFile(there('poster'), mine);
  await ben.ok(`download_file band poster ${there()}`);
  await ben.sees(/^FAILED: \[band\] poster/);
  expect((await readFile(there('poster'))).equals(mine)).toBe(true);
  expect(await ben.ok('show_downloads')).toContain('[F] [band] poster');
});

test('two different files of one name are told apart by their content', async () => {
  const first = await share('twin', MIB, 17);
  await writeRandomFile(workspace.path('sam', 'twin'), MIB, 18);
  const sam = workspace.client('sam3');
  await sam.ok(`login sam ${PASSWORD}`);
  await sam.ok(`upload_file ${workspace.path('sam', 'twin')} band`);
  const rows = (await ben.ok('list_files band'))
    .map((row) => row.split('\t'))
    .filter(([name]) => name === 'twin');
  expect(rows.map((cells) => String(cells[5])).toSorted()).toEqual(['anna', 'sam']);
  expect(await ben.fails(`download_file band twin ${there()}`)).toBe('AMBIGUOUS_NAME');
  const content = rows.find((cells) => cells[5] === 'anna')?.[4];
  await ben.ok(`download_file band twin@${content} ${there()}`);
  await complete('twin');
  expect(await fileHash(there('twin'))).toBe(await fileHash(first));
});

test('a file that changed since it was shared is withdrawn with a word; shared anew, it replaces the old', async () => {
  const path = await share('draft', MIB, 19);
  const old = (await ben.ok('list_files band')).find((row) => row.startsWith('draft\t'));
  await appendFile(path, 'more');
  await ben.ok(`download_file band draft ${there()}`);
  await anna.sees(/^(NOTICE|WARNING): .*draft/);
  await ben.ok('cancel_download band draft');
  await anna.ok(`upload_file ${path} band`);
  const rows = (await ben.ok('list_files band')).filter((row) => row.startsWith('draft\t'));
  expect(rows).toHaveLength(1);
  expect(rows[0]).not.toBe(old);
  await ben.ok(`download_file band draft ${there()}`);
  await complete('draft');
  expect(await fileHash(there('draft'))).toBe(await fileHash(path));
});

test('recheck finds what was damaged', async () => {
  await share('archive', 2 * MIB, 20);
  await ben.ok(`download_file band archive ${there()}`);
  await complete('archive');
  expect((await ben.run('recheck band archive')).end).toContain('100%');
  await rm(there('archive'));
  expect((await ben.run('recheck band archive')).end).not.toContain('100%');
});

test('complete downloads stay listed across restarts', async () => {
  const before = (await ben.ok('show_downloads')).filter((row) => row.startsWith('[C]')).toSorted();
  await ben.ok('quit');
  await ben.exit();
  ben = workspace.client('ben');
  await ben.ok(`login ben ${PASSWORD}`);
  expect((await ben.ok('show_downloads')).filter((row) => row.startsWith('[C]')).toSorted()).toEqual(before);
});
