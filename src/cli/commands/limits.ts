import type { LimitRow } from '../../node/index.ts';
import { type Column, tableView } from '../output/table.ts';
import { count, formatRate } from '../text/format.ts';
import { quoteWord } from '../text/quote.ts';
import { nodeCommand } from './node-command.ts';

export const limits = nodeCommand({
  name: 'limits',
  topic: 'Speed limits',
  params: [],
  summary: 'the speed limits that stand',
  teaches: ['* is everything: of all groups, of all files of a group. - is no limit in that direction.'],
  example: 'limits',
  async run({ target, out }) {
    const { rows, lanExempt } = await target.limits();
    out.rows(limitsView, rows);
    const lan = lanExempt ? 'exempt' : 'limited';
    return {
      text: `${count(rows.length, 'limit')}; your own network is ${lan}`,
      fields: { count: rows.length, lan },
    };
  },
});

const speedColumn = (heading: string, of: (row: LimitRow) => number | null): Column<LimitRow> => ({
  heading,
  plain: (row) => String(of(row) ?? '-'),
  human: (row) => {
    const rate = of(row);
    return rate === null ? '-' : formatRate(rate);
  },
  align: 'right',
});

const limitsView = tableView<LimitRow>([
  { heading: 'GROUP', plain: (row) => row.group ?? '*' },
  { heading: 'FILE', plain: (row) => (row.file === null ? '*' : quoteWord(row.file)) },
  speedColumn('UP', (row) => row.upLimit),
  speedColumn('DOWN', (row) => row.downLimit),
]);
