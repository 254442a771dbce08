import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fileHash, writeRandomFile } from './harness/files.ts';
import type { MbtProcess } from './harness/mbt-process.ts';
import { PASSWORD, Workspace } from './harness/workspace.ts';

const MIB = 2 ** 20;

let workspace: Workspace;
let anna: MbtProcess;
let ben: MbtProcess;
let cleo: MbtProcess;
let mallory: MbtProcess;

/** One story, told in order: each test begins where the one before ended. */
beforeAll(async () => {
  workspace = await Workspace.open(2);
  await writeRandomFile(workspace.path('anna', 'Japan Tour.jpg'), 24 * MIB, 1);
  await Promise.all(['ben', 'cleo', 'mallory'].map((name) => mkdir(workspace.path(name))));
});
afterAll(() => workspace.close());

test('accounts: a recovery code each, no log-in by itself, wrong and missing ones told apart', async () => {
  anna = workspace.client('anna');
  const rows = await anna.ok(`create_user anna ${PASSWORD}`);
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatch(/^anna\t([0-9A-Z]{5}-)+[0-9A-Z]+$/);
  expect(await anna.fails('list_groups')).toBe('NOT_LOGGED_IN');
  expect(await anna.fails(`create_user anna ${PASSWORD}`)).toBe('USER_EXISTS');
  expect(await anna.fails(`create_user ANNA ${PASSWORD}`)).toBe('USER_EXISTS');
  expect(await anna.fails(`create_user an/na ${PASSWORD}`)).toBe('INVALID_NAME');
  expect(await anna.fails('login anna wrong-password-here')).toBe('WRONG_PASSWORD');
  expect(await anna.fails(`login nobody ${PASSWORD}`)).toBe('NO_SUCH_USER');
  await anna.ok(`login anna ${PASSWORD}`);
  expect(await anna.fails(`login anna ${PASSWORD}`)).toBe('ALREADY_LOGGED_IN');
  [ben, cleo, mallory] = await Promise.all([
    workspace.member('ben'),
    workspace.member('cleo'),
    workspace.member('mallory'),
  ]);
});

test('a group, its requests, and its owner who decides', async () => {
  await anna.ok('create_group band');
  expect(await ben.fails('create_group Band')).toBe('GROUP_EXISTS');
  const codes: Record<string, string> = {};
  for (const member of [ben, cleo, mallory]) {
    const { end } = await member.run('join_group band');
    codes[member.name] = /code of your request is (\w+)/.exec(end)?.[1] ?? end;
  }
  expect(await ben.fails('join_group band')).toBe('ALREADY_REQUESTED');
  expect(await ben.ok('list_groups')).toEqual(['band\tanna\t1\tpending']);
  expect(await ben.fails('list_requests band')).toBe('NOT_OWNER');
  const requests = (await anna.ok('list_requests band')).map((row) => row.split('\t'));
  expect(Object.fromEntries(requests.map(([user, code]) => [user, code]))).toEqual(codes);
  expect(await anna.fails(`accept_request band ben ${codes.cleo}`)).toBe('CODE_MISMATCH');
  await anna.ok(`accept_request band ben ${codes.ben}`);
  await anna.ok('accept_request band cleo');
  await anna.ok('reject_request band mallory');
  expect(await anna.fails('accept_request band mallory')).toBe('NO_SUCH_REQUEST');
  expect(await anna.fails('accept_request band nobody')).toBe('NO_SUCH_USER');
  expect(await anna.ok('list_requests band')).toEqual([]);
  await ben.sees(/^NOTICE: .*band/);
  await mallory.sees(/^NOTICE: .*band/);
  const members = (await ben.ok('list_members band')).map((row) => row.split('\t').slice(0, 3).join(' '));
  expect(members.toSorted()).toEqual(['anna owner online', 'ben member online', 'cleo member online']);
  expect(await mallory.ok('list_groups')).toEqual(['band\tanna\t3\t-']);
});

test('a file is shared: seen by members, by nobody else', async () => {
  const shared = await anna.run(`upload_file "${workspace.path('anna', 'Japan Tour.jpg')}" band`);
  expect(shared.end).toMatch(/^SUCCESS: sharing "Japan Tour.jpg" in band \(24 MiB\)$/);
  expect(await anna.fails(`upload_file "${workspace.path('anna', 'Japan Tour.jpg')}" band`)).toBe(
    'ALREADY_SHARED',
  );
  await expect
    .poll(() => ben.ok('list_files band'))
    .toEqual([expect.stringMatching(/^"Japan Tour.jpg"\t25165824\t1\t0\t[0-9a-f]{8}\tanna$/)]);
  expect(await mallory.fails('list_files band')).toBe('NOT_A_MEMBER');
  expect(await mallory.fails(`upload_file ${workspace.trackersFile} band`)).toBe('NOT_A_MEMBER');
  expect(await mallory.fails(`download_file band "Japan Tour.jpg" ${workspace.path('mallory')}`)).toBe(
    'NOT_A_MEMBER',
  );
});

test('wrong names and places are refused at once, in the order of the design', async () => {
  const there = workspace.path('ben');
  expect(await ben.fails('dance')).toBe('UNKNOWN_COMMAND');
  expect(await ben.fails('download_file band')).toBe('INVALID_ARGUMENTS');
  expect(await ben.fails(`download_file "band x ${there}`)).toBe('INVALID_ARGUMENTS');
  expect(await ben.fails(`download_file none x ${there}`)).toBe('NO_SUCH_GROUP');
  expect(await ben.fails(`download_file band x ${there}`)).toBe('NO_SUCH_FILE');
  expect(await ben.fails(`download_file band "Japan Tour.jpg" ${there}/no/where`)).toBe('FILE_NOT_FOUND');
  await writeFile(workspace.path('ben', 'taken'), 'something else');
  expect(await ben.fails(`download_file band "Japan Tour.jpg" ${there}/taken`)).toBe('DESTINATION_EXISTS');
  expect(await readFile(workspace.path('ben', 'taken'), 'utf8')).toBe('something else');
  expect(await ben.fails(`upload_file ${there}/none band`)).toBe('FILE_NOT_FOUND');
  expect(await ben.fails('stop_share band "Japan Tour.jpg"')).toBe('NOT_SHARING');
  expect(await ben.fails('cancel_download band "Japan Tour.jpg"')).toBe('NO_SUCH_DOWNLOAD');
  expect(await ben.ok('show_downloads')).toEqual([]);
});

test('two fetch it at once, in parallel; it arrives whole, and they share it on', async () => {
  const original = await fileHash(workspace.path('anna', 'Japan Tour.jpg'));
  for (const member of [ben, cleo]) {
    const answer = await member.run(`download_file band "Japan Tour.jpg" ${workspace.path(member.name)}`);
    expect(answer.end).toMatch(/^SUCCESS: (downloading|queued) Japan Tour.jpg \(24 MiB\) -> /);
  }
  for (const member of [ben, cleo]) {
    const path = workspace.path(member.name, 'Japan Tour.jpg');
    expect(await member.sees(/^COMPLETE: /)).toBe(`COMPLETE: [band] Japan Tour.jpg -> ${path}`);
    expect(await fileHash(path)).toBe(original);
    expect(await member.ok('show_downloads')).toEqual(['[C] [band] Japan Tour.jpg']);
  }
  await expect
    .poll(() => ben.ok('list_files band'))
    .toEqual([expect.stringMatching(/^"Japan Tour.jpg"\t25165824\t3\t0\t\w+\tanna,ben,cleo$/)]);
  const from = (await ben.ok('show_peers band "Japan Tour.jpg"')).map((row) => row.split('\t'));
  const received = from.map((cells) => Number(cells[4])).reduce((sum, bytes) => sum + bytes, 0);
  expect(received).toBeGreaterThanOrEqual(24 * MIB);
  expect(from.map((cells) => cells[0])).toContain('anna');
});

test('files outlive their uploader', async () => {
  await anna.ok('quit');
  expect(await anna.exit()).toBe(1); // some of her commands failed above
  const dora = await workspace.member('dora');
  await dora.ok('join_group band');
  anna = workspace.client('anna');
  await anna.ok(`login anna ${PASSWORD}`);
  await anna.ok('accept_request band dora');
  await anna.ok('logout');
  await mkdir(workspace.path('dora'));
  await dora.ok(`download_file band "Japan Tour.jpg" ${workspace.path('dora', 'mine.jpg')}`);
  await dora.ok('wait_downloads 30');
  expect(await fileHash(workspace.path('dora', 'mine.jpg'))).toBe(
    await fileHash(workspace.path('anna', 'Japan Tour.jpg')),
  );
});
