import { mkdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeRandomFile } from './harness/files.ts';
import type { MbtProcess } from './harness/mbt-process.ts';
import { PASSWORD, Workspace, amongDisksOf, canMount } from './harness/workspace.ts';

const MIB = 2 ** 20;

describe.skipIf(!canMount())('a disk that is small', () => {
  let workspace: Workspace;
  let anna: MbtProcess;
  let nora: MbtProcess;
  const disk = (name: string): string => workspace.path('small', name);

  beforeAll(async () => {
    workspace = await Workspace.open(1);
    anna = await workspace.member('anna', '--up-limit', '2');
    await anna.ok('create_group band');
    await writeRandomFile(workspace.path('fits'), 6 * MIB, 30);
    await writeRandomFile(workspace.path('too large'), 64 * MIB, 31);
    await anna.ok(`upload_file ${workspace.path('fits')} band`);
    await anna.ok(`upload_file "${workspace.path('too large')}" band`);
    await mkdir(workspace.path('small'));
    nora = workspace.clientWithDisk('nora', workspace.path('small'), 8 * MIB);
    await nora.ok(`create_user nora ${PASSWORD}`);
    await nora.ok(`login nora ${PASSWORD}`);
    await nora.ok('join_group band');
    await anna.ok('accept_request band nora');
  });
  afterAll(() => workspace.close());

  test('what cannot fit is refused before it begins, and leaves no entry', async () => {
    expect(await nora.fails(`download_file band "too large" ${disk('')}`)).toBe('NO_SPACE');
    expect(await nora.ok('show_downloads')).toEqual([]);
  });

  test('a disk that fills up stops a download in words; with space again it goes on', async () => {
    await nora.ok(`download_file band fits ${disk('')}`);
    await expect
      .poll(async () => (await nora.ok('show_peers band fits')).some((row) => Number(row.split('\t')[4]) > 0))
      .toBe(true);
    amongDisksOf(nora, `head -c 100M /dev/zero > '${disk('filler')}' || true`);
    expect(await nora.sees(/^FAILED: \[band\] fits/)).toContain('NO_SPACE');
    expect(await nora.ok('show_downloads')).toEqual(['[F] [band] fits']);
    amongDisksOf(nora, `rm '${disk('filler')}'`);
    await nora.ok('resume_download band fits');
    await nora.sees(/^COMPLETE: \[band\] fits/);
    amongDisksOf(nora, `cmp '${disk('fits')}' '${workspace.path('fits')}'`);
  });

  test('a folder that cannot be written is refused in words', async () => {
    amongDisksOf(nora, `mkdir '${disk('closed')}' && mount -t tmpfs -o ro none '${disk('closed')}'`);
    await anna.ok(`upload_file ${workspace.trackersFile} band`);
    expect(await nora.fails(`download_file band tracker_info.txt ${disk('closed')}`)).toBe(
      'PERMISSION_DENIED',
    );
    expect(await nora.ok('show_downloads')).toEqual(['[C] [band] fits']);
  });
});
