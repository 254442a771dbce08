import type { Places } from '../../local/index.ts';
import type { CommandOutput, View } from '../output/output.ts';
import { count } from '../text/format.ts';
import { hostOf, nodeCommand } from './node-command.ts';

const TOPIC = 'The page';
const FOLDER = { name: 'folder', kind: 'path' } as const;

/** An address on a line of its own, so that it can be copied. */
export const addressView: View<{ readonly address: string }> = {
  plain: ({ address }) => [address],
  human: (rows) => rows.map(({ address }) => address),
};

export const web = nodeCommand({
  name: 'web',
  topic: TOPIC,
  params: [],
  summary: 'a link that opens the page of this node',
  teaches: [
    'It works once, within ten minutes, in a browser on this machine, which is then let in for 30 days. From',
    'another machine go through SSH: ssh -L PORT:127.0.0.1:PORT HOST, with the port of the link, then open the link',
    'there.',
  ],
  example: 'web',
  async run({ target, out }) {
    const { link, expiresAtMs } = await hostOf(target).webLink();
    out.rows(addressView, [{ address: link }]);
    return { text: 'open it in a browser on this machine; it works once', fields: { link, expiresAtMs } };
  },
});

export const openFile = nodeCommand({
  name: 'open_file',
  topic: TOPIC,
  params: [
    { name: 'group_id', kind: 'group' },
    { name: 'file_name', kind: 'file' },
    { name: 'path_inside', kind: 'text', optional: true },
  ],
  summary: 'an address to look at a file while it loads',
  teaches: [
    'For a browser or player on this machine: what it reads is fetched first. The address is secret and ends with',
    'the node. Of a folder, name the file inside as list_contents shows it.',
  ],
  example: 'open_file band "Japan Tour.mp4"',
  async run({ target, args: [group, file, path], out }) {
    const host = hostOf(target);
    const [opened, { web: origin }] = [await host.openLink(group, file, path), await host.nodeStatus()];
    const address = `${origin ?? ''}${opened.url}`;
    out.rows(addressView, [{ address }]);
    return {
      text: `open it in a browser or player: ${opened.name} (${opened.type})`,
      fields: { ...opened, address },
    };
  },
});

export const listPlaces = nodeCommand({
  name: 'list_places',
  topic: TOPIC,
  params: [],
  summary: 'folders that the page may use',
  teaches: [
    'The page shares from them and downloads to them, and sees nothing else. Commands may use all folders.',
  ],
  example: 'list_places',
  run: async ({ target, out }) => told(await hostOf(target).listAllowed(), out),
});

export const allowFolder = nodeCommand({
  name: 'allow_folder',
  topic: TOPIC,
  params: [FOLDER],
  summary: 'let the page use a folder',
  teaches: ['With all that is in it, until disallow_folder.'],
  example: 'allow_folder ~/music',
  run: async ({ target, args: [folder], out }) => told(await hostOf(target).allowFolder(folder), out),
});

export const disallowFolder = nodeCommand({
  name: 'disallow_folder',
  topic: TOPIC,
  params: [FOLDER],
  summary: 'let the page use a folder no longer',
  teaches: ['What is shared from it stays shared.'],
  example: 'disallow_folder ~/music',
  run: async ({ target, args: [folder], out }) => told(await hostOf(target).disallowFolder(folder), out),
});

function told({ folders, downloads }: Places, out: CommandOutput) {
  out.rows(
    placesView,
    folders.map((folder) => ({ folder, use: folder === downloads ? 'downloads' : '' })),
  );
  return {
    text: `the page may use ${count(folders.length, 'folder')}`,
    fields: { count: folders.length, downloads },
  };
}

const placesView: View<{ readonly folder: string; readonly use: string }> = {
  plain: ({ folder, use }) => [folder, use],
  human: (rows) => rows.map(({ folder, use }) => (use === '' ? folder : `${folder}  (${use})`)),
};
