import { mkdir } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fileHash, writeRandomFile } from './harness/files.ts';
import type { MbtProcess } from './harness/mbt-process.ts';
import { PASSWORD, Workspace } from './harness/workspace.ts';

const OTHER_PASSWORD = 'eight-herons-walk-south';

let workspace: Workspace;
let anna: MbtProcess;
beforeAll(async () => {
  workspace = await Workspace.open(2);
  anna = await workspace.member('anna');
  await anna.ok('create_group band');
});
afterAll(() => workspace.close());

/** A member of the group by its owner's word. */
async function memberOfBand(name: string, ...options: string[]): Promise<MbtProcess> {
  const member = await workspace.member(name, ...options);
  await member.ok('join_group band');
  await anna.ok(`accept_request band ${name}`);
  return member;
}

test('one user on two machines at once, changing things on both', async () => {
  const second = workspace.client('anna-laptop');
  await second.ok(`login anna ${PASSWORD}`);
  await second.ok('create_group laptop');
  await anna.ok('create_group desktop');
  const groups = ['band\tanna\t1\towner', 'desktop\tanna\t1\towner', 'laptop\tanna\t1\towner'];
  for (const client of [anna, second]) expect((await client.ok('list_groups')).toSorted()).toEqual(groups);
  const pia = await workspace.member('pia');
  await pia.ok('join_group laptop');
  await anna.ok('accept_request laptop pia');
  expect(await second.ok('list_requests laptop')).toEqual([]);
  expect(await second.ok('list_members laptop')).toHaveLength(2);
  await second.ok('delete_group laptop');
  await second.ok('quit');
});

test('a password is changed: the old one is useless, the other machine stays', async () => {
  const first = await workspace.member('bea');
  expect(await first.fails(`change_password wrong ${OTHER_PASSWORD}`)).toBe('WRONG_PASSWORD');
  await first.ok(`change_password ${PASSWORD} ${OTHER_PASSWORD}`);
  await first.ok('list_groups');
  const second = workspace.client('bea-2');
  expect(await second.fails(`login bea ${PASSWORD}`)).toBe('WRONG_PASSWORD');
  await second.ok(`login bea ${OTHER_PASSWORD}`);
});

test('a forgotten password is replaced by the recovery code, once', async () => {
  const lost = workspace.client('lost');
  const code = (await lost.ok(`create_user cora ${PASSWORD}`))[0]?.split('\t')[1] ?? '';
  expect(await lost.fails(`recover_user cora ${code.replace(/.$/, '*')} ${OTHER_PASSWORD}`)).toBe(
    'WRONG_CODE',
  );
  const next = (await lost.ok(`recover_user cora ${code} ${OTHER_PASSWORD}`))[0]?.split('\t')[1];
  expect(next).not.toBe(code);
  expect(await lost.fails(`recover_user cora ${code} ${PASSWORD}`)).toBe('WRONG_CODE');
  await lost.ok(`login cora ${OTHER_PASSWORD}`);
});

test('guessing is slowed down, and the owner of the account can still log in from elsewhere', async () => {
  await workspace.member('dana');
  const guesser = workspace.client('guesser');
  const codes: string[] = [];
  for (let n = 0; n < 12 && codes.at(-1) !== 'TOO_MANY_ATTEMPTS'; n += 1)
    codes.push(await guesser.fails(`login dana guess-number-${n}`));
  expect(codes.slice(0, 5)).toEqual(Array.from({ length: 5 }, () => 'WRONG_PASSWORD'));
  expect(codes.at(-1)).toBe('TOO_MANY_ATTEMPTS');
  await workspace.member('eve');
});

test('whoever is removed is cut off at once, and served no more', async () => {
  await writeRandomFile(workspace.path('film'), 64 * 2 ** 20, 6);
  await mkdir(workspace.path('finn'));
  const seed = await memberOfBand('sam', '--up-limit', '8');
  const finn = await memberOfBand('finn');
  await seed.ok(`upload_file ${workspace.path('film')} band`);
  await finn.ok(`download_file band film ${workspace.path('finn')}`);
  const given = async (): Promise<number> =>
    (await seed.ok('show_peers band film')).reduce((sum, row) => sum + Number(row.split('\t')[5]), 0);
  await expect.poll(given).toBeGreaterThan(0);
  await anna.ok('remove_member band finn');
  await finn.sees(/^(NOTICE|WARNING|FAILED): .*band/);
  await expect
    .poll(async () => (await seed.ok('show_peers band film')).map((row) => row.split('\t')[2]), {
      timeout: 2_000,
      interval: 50,
    })
    .toEqual(['-']);
  const atTheEnd = await given();
  expect(await finn.fails('list_files band')).toBe('NOT_A_MEMBER');
  expect(await finn.fails(`download_file band film ${workspace.path('finn', 'again')}`)).toBe('NOT_A_MEMBER');
  expect(await given()).toBe(atTheEnd);
  expect(finn.lines.some((line) => line.startsWith('COMPLETE'))).toBe(false);
});

test('whoever was away meanwhile is told what happened', async () => {
  const gina = await memberOfBand('gina');
  await gina.ok('quit');
  await gina.exit();
  await anna.ok('remove_member band gina');
  const back = workspace.client('gina');
  await back.ok(`login gina ${PASSWORD}`);
  await back.sees(/^(NOTICE|WARNING): .*band/);
});

test('leaving, returning, cancelling a request, and the owner who cannot leave', async () => {
  const hana = await memberOfBand('hana');
  expect(await hana.fails('join_group band')).toBe('ALREADY_MEMBER');
  await hana.ok('leave_group band');
  expect(await hana.fails('list_files band')).toBe('NOT_A_MEMBER');
  expect(await hana.fails('leave_group band')).toBe('NOT_A_MEMBER');
  await hana.ok('join_group band');
  await hana.ok('cancel_request band');
  expect(await hana.fails('cancel_request band')).toBe('NO_SUCH_REQUEST');
  await expect.poll(() => anna.ok('list_requests band')).toEqual([]);
  await hana.ok('join_group band');
  await anna.ok('accept_request band hana');
  await hana.ok('list_files band');
  expect(await anna.fails('leave_group band')).toBe('OWNER_CANNOT_LEAVE');
  expect(await hana.fails('delete_group band')).toBe('NOT_OWNER');
  expect(await anna.fails('remove_member band nobody')).toBe('NO_SUCH_USER');
});

test('the last one out ends the group, and its name stays taken', async () => {
  await anna.ok('create_group solo');
  await anna.ok('leave_group solo');
  expect((await anna.ok('list_groups')).some((row) => row.startsWith('solo'))).toBe(false);
  expect(await anna.fails('create_group solo')).toBe('GROUP_EXISTS');
});

test.each(['a/b', 'a b', 'ä', 'x'.repeat(33), '..\u202e', 'a\u0007'])(
  '%j is no name of a group',
  async (name) => {
    expect(await anna.fails(`create_group "${name}"`)).toBe('INVALID_NAME');
  },
);

test('everything shared before is served again after the next log-in, without a word', async () => {
  await writeRandomFile(workspace.path('song'), 2 ** 20, 7);
  const ida = await memberOfBand('ida');
  await ida.ok(`upload_file ${workspace.path('song')} band`);
  await ida.ok('logout');
  expect(await ida.fails('list_groups')).toBe('NOT_LOGGED_IN');
  const files = async (): Promise<string | undefined> =>
    (await anna.ok('list_files band')).find((row) => row.startsWith('song\t'));
  await expect.poll(files).toMatch(/^song\t1048576\t0\t0\t/);
  await ida.ok(`login ida ${PASSWORD}`);
  await expect.poll(files).toMatch(/^song\t1048576\t1\t0\t/);
  await mkdir(workspace.path('anna'));
  await anna.ok(`download_file band song ${workspace.path('anna')}`);
  await anna.ok('wait_downloads 20');
  expect(await fileHash(workspace.path('anna', 'song'))).toBe(await fileHash(workspace.path('song')));
});
