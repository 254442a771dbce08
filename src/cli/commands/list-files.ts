import type { FileRow } from '../../node/index.ts';
import { tableView } from '../output/table.ts';
import { count, formatBytes } from '../text/format.ts';
import { quoteWord } from '../text/quote.ts';
import { GROUP, nodeCommand } from './node-command.ts';

export const listFiles = nodeCommand({
  name: 'list_files',
  topic: 'Files',
  params: [GROUP],
  summary: 'what is shared in a group',
  teaches: [
    'Seeds have all of a file and are online; leechers are downloading it. Names are shown as you type them,',
    'quoted where needed. Two different files of one name are told apart as name@content.',
  ],
  example: 'list_files band',
  async run({ target, args: [group], out }) {
    const files = await target.listFiles(group);
    out.rows(filesView, files);
    return { text: count(files.length, 'file'), fields: { count: files.length } };
  },
});

export const filesView = tableView<FileRow>([
  { heading: 'FILE', plain: (row) => quoteWord(row.file) },
  {
    heading: 'SIZE',
    plain: (row) => String(row.size),
    human: (row) => formatBytes(row.size),
    align: 'right',
  },
  { heading: 'SEEDS', plain: (row) => String(row.seeds), align: 'right' },
  { heading: 'LEECHERS', plain: (row) => String(row.leechers), align: 'right' },
  { heading: 'CONTENT', plain: (row) => row.content },
  { heading: 'SHARED BY', plain: (row) => row.sharers.join(',') },
]);
