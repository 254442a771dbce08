import { mkdir } from 'node:fs/promises';
import { expect, test } from 'vitest';

import { Workspace } from '../e2e/harness/workspace.ts';
import { exportBy } from './exported.ts';
import { Libtorrent, python } from './libtorrent.ts';
import { differences, rootOf, SINGLE, writeFiles } from './stage.ts';

test.skipIf(python === undefined)(
  'a file that only libtorrent still has is found and fetched by us',
  async () => {
    const workspace = await Workspace.open(1, '--announce', '127.0.0.1:0');
    const peer = await Libtorrent.open();
    try {
      const [olivia, ben] = await Promise.all([workspace.member('olivia'), workspace.member('ben')]);
      await olivia.ok('create_group band');
      await ben.ok('join_group band');
      await olivia.ok('accept_request band ben');
      const name = rootOf(SINGLE);
      const folder = workspace.path('olivia');
      await writeFiles(folder, SINGLE);
      await olivia.ok(`upload_file "${workspace.path('olivia', name)}" band`);
      const files = await exportBy(olivia, 'band', name, workspace.path('exported'));
      await olivia.stop();
      await peer.add(files.torrent, folder, files.member, true);
      await mkdir(workspace.path('ben'));
      await ben.ok(`download_file band "${name}" ${workspace.path('ben')}`);
      await ben.sees(new RegExp(`^COMPLETE: \\[band\\] ${name} `));
      expect(await differences(workspace.path('ben'), SINGLE)).toEqual([]);
    } finally {
      await peer.close();
      await workspace.close();
    }
  },
);
