import type { LimitRow } from '../../node/index.ts';
import { type Column, tableView } from '../output/table.ts';
import { count, formatRate } from '../text/format.ts';
import { quoteWord } from '../text/quote.ts';
import { nodeCommand } from './node-command.ts';
import { scheduleView } from './schedule.ts';

export const limits = nodeCommand({
  name: 'limits',
  topic: 'Speed limits',
  params: [],
  summary: 'the speed limits that stand',
  teaches: [
    '* is everything: of all groups, of all files of a group. - is no limit in that direction. Below them stands',
    'the schedule, if there is one.',
  ],
  example: 'limits',
  async run({ target, out }) {
    const { rows, lanExempt, schedule, scheduled } = await target.limits();
    out.rows(limitsView, rows);
    if (schedule.length > 0) out.rows(scheduleView, schedule);
    const lan = lanExempt ? 'exempt' : 'limited';
    const now = scheduled ? '; the schedule is in force' : '';
    return {
      text: `${count(rows.length, 'limit')}; your own network is ${lan}${now}`,
      fields: { count: rows.length, lan, scheduled },
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
