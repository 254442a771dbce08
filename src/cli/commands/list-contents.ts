import type { ContentFileRow } from '../../node/index.ts';
import { tableView } from '../output/table.ts';
import { count, formatBytes, percent } from '../text/format.ts';
import { quoteWord } from '../text/quote.ts';
import { FILE, GROUP, nodeCommand } from './node-command.ts';

export const listContents = nodeCommand({
  name: 'list_contents',
  topic: 'Files',
  params: [GROUP, FILE],
  summary: 'the files inside a download or share',
  teaches: [
    'With how much of each is here, and its priority. Of a file that you do not download, get the description',
    'first: download_file ... --hold.',
  ],
  example: 'list_contents band "Live Album"',
  async run({ target, args: [group, file], out }) {
    const files = await target.listContentFiles(group, file);
    out.rows(contentsView, files);
    return { text: count(files.length, 'file'), fields: { count: files.length } };
  },
});

const contentsView = tableView<ContentFileRow>([
  { heading: 'PATH', plain: (row) => quoteWord(row.path) },
  {
    heading: 'SIZE',
    plain: (row) => String(row.size),
    human: (row) => formatBytes(row.size),
    align: 'right',
  },
  {
    heading: 'DONE',
    plain: (row) => String(row.doneBytes),
    human: (row) => `${percent(row.doneBytes, row.size)}%`,
    align: 'right',
  },
  { heading: 'PRIORITY', plain: (row) => row.priority },
]);
