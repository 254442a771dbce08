import type { Folders } from '../../node/index.ts';
import type { View } from '../output/output.ts';
import { alignedLines } from '../output/table.ts';
import { count, formatBytes } from '../text/format.ts';
import { quoteWord } from '../text/quote.ts';
import { GROUP, nodeCommand } from './node-command.ts';

const TOPIC = 'Folders that stay in step';
const FOLDER = { name: 'folder', kind: 'path' } as const;
/** What stays free on a disk unless told otherwise. */
const RESERVE_BYTES = 2 ** 30;

export const watchFolder = nodeCommand({
  name: 'watch_folder',
  topic: TOPIC,
  params: [FOLDER, GROUP],
  summary: 'share what appears in a folder',
  teaches: [
    'Each file or folder in it becomes a share of the group as soon as it is complete: what is still being',
    'written is waited for. What changes is shared anew. It goes on after a restart.',
  ],
  example: 'watch_folder ~/mixes band',
  async run({ target, args: [path, group] }) {
    const row = await target.watchFolder(path, group);
    return { text: `watching ${row.path}: what appears there is shared in ${group}`, fields: { ...row } };
  },
});

export const unwatchFolder = nodeCommand({
  name: 'unwatch_folder',
  topic: TOPIC,
  params: [FOLDER, GROUP],
  summary: 'watch a folder no longer',
  teaches: ['What was shared from it stays shared: see stop_share.'],
  example: 'unwatch_folder ~/mixes band',
  async run({ target, args: [path, group] }) {
    await target.unwatchFolder(path, group);
    return { text: `no longer watching ${path} for ${group}; what was shared stays shared` };
  },
});

export const followGroup = nodeCommand({
  name: 'follow_group',
  topic: TOPIC,
  params: [GROUP, FOLDER],
  options: {
    pattern: {
      kind: 'text',
      value: 'glob',
      many: true,
      summary: "only such names: '*.flac'; '!*.tmp' leaves out",
    },
    'max-size': { kind: 'size', value: 'size', summary: 'nothing larger: 500M, 20G' },
    reserve: { kind: 'size', value: 'size', summary: 'leave so much free on the disk (1G)' },
  },
  summary: 'download what others share',
  teaches: [
    'Everything that is shared in the group now and later goes into the folder, as long as there is room.',
    'A newer version by the member who brought it takes the place of the older one, which is kept in .mini-bittorrent/earlier. What you changed stays.',
    'Typed again, it replaces folder and terms. It goes on after a restart.',
  ],
  example: "follow_group band ~/music --pattern '*.flac' --max-size 2G",
  async run({ target, args: [group, folder], options }) {
    const row = await target.followGroup(group, folder, {
      patterns: options.pattern,
      sizeMax: options['max-size'] ?? null,
      reserveBytes: options.reserve ?? RESERVE_BYTES,
    });
    return { text: `following ${group}: what others share goes to ${row.folder}`, fields: { ...row } };
  },
});

export const unfollowGroup = nodeCommand({
  name: 'unfollow_group',
  topic: TOPIC,
  params: [GROUP],
  summary: 'follow a group no longer',
  teaches: ['Files stay, and downloads that have begun go on.'],
  example: 'unfollow_group band',
  async run({ target, args: [group] }) {
    await target.unfollowGroup(group);
    return { text: `no longer following ${group}; its files stay` };
  },
});

export const listFolders = nodeCommand({
  name: 'list_folders',
  topic: TOPIC,
  params: [],
  summary: 'folders watched and followed',
  teaches: ['WAITING: not complete yet, or no room yet. A fault says what to do.'],
  example: 'list_folders',
  async run({ target, out }) {
    const folders = await target.listFolders();
    const rows = rowsOf(folders);
    out.rows(foldersView, rows);
    const { watches, follows } = folders;
    return {
      text: `${watches.length} watched, ${follows.length} followed`,
      fields: { watched: watches.length, followed: follows.length },
    };
  },
});

type FolderRow =
  | ({ readonly how: 'watch' } & Folders['watches'][number])
  | ({ readonly how: 'follow' } & Folders['follows'][number]);

const rowsOf = ({ watches, follows }: Folders): FolderRow[] => [
  ...watches.map((row) => ({ how: 'watch' as const, ...row })),
  ...follows.map((row) => ({ how: 'follow' as const, ...row })),
];

const folderOf = (row: FolderRow): string => (row.how === 'watch' ? row.path : row.folder);
const doneOf = (row: FolderRow): number => (row.how === 'watch' ? row.shared : row.fetched);

function termsOf(row: FolderRow): string {
  if (row.how === 'watch') return '';
  const size = row.sizeMax === null ? [] : [`up to ${formatBytes(row.sizeMax)}`];
  return [...row.patterns, ...size].join(' ');
}

const foldersView: View<FolderRow> = {
  plain: (row) => [
    row.group,
    row.how,
    quoteWord(folderOf(row)),
    String(doneOf(row)),
    String(row.waiting),
    row.fault ?? '-',
  ],
  human(rows) {
    if (rows.length === 0) return ['none'];
    return alignedLines(
      rows.map((row) => [
        row.group,
        row.how === 'watch' ? 'watches' : 'goes to',
        folderOf(row),
        count(
          doneOf(row),
          row.how === 'watch' ? 'share' : 'file fetched',
          row.how === 'watch' ? 'shares' : 'files fetched',
        ),
        row.waiting === 0 ? '' : `${row.waiting} waiting`,
        row.fault ?? termsOf(row),
      ]),
      ['left', 'left', 'left', 'left', 'left', 'left'],
    );
  },
};
