import type { SyncResult } from '../../tracker/index.ts';
import { tableView } from '../output/table.ts';
import { count } from '../text/format.ts';
import type { TrackerCommand } from './tracker-command.ts';

export const sync: TrackerCommand = {
  name: 'sync',
  topic: 'This tracker',
  params: [],
  summary: 'compare with every other tracker now and fetch what is missing here',
  teaches: ['Trackers do this by themselves whenever they meet; nothing needs it.'],
  example: 'sync',
  async run({ target, out }) {
    const results = await target.sync();
    out.rows(resultsView, results);
    const fetched = results.reduce((sum, result) => sum + result.fetched, 0);
    const reached = results.filter((result) => result.failed === undefined).length;
    return {
      text: `${count(fetched, 'record')} fetched; ${reached} of ${count(results.length, 'tracker')} reached`,
      fields: { fetched, reached, count: results.length },
    };
  },
};

const resultsView = tableView<SyncResult>([
  { heading: 'TRACKER', plain: (row) => row.address },
  { heading: 'STATE', plain: (row) => row.state },
  { heading: 'FETCHED', plain: (row) => String(row.fetched), align: 'right' },
  { heading: 'TROUBLE', plain: (row) => row.failed ?? '-' },
]);
