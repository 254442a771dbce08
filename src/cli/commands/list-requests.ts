import type { RequestRow } from '../../node/index.ts';
import { tableView } from '../output/table.ts';
import { count, formatDate, isoDate } from '../text/format.ts';
import { GROUP, nodeCommand } from './node-command.ts';

export const listRequests = nodeCommand({
  name: 'list_requests',
  topic: 'Groups you own',
  params: [GROUP],
  summary: 'who asks to join your group',
  teaches: [
    'Answer with accept_request or reject_request. The code is that of the key the person asks with.',
  ],
  example: 'list_requests band',
  async run({ target, args: [group], out }) {
    const requests = await target.listRequests(group);
    out.rows(requestsView, requests);
    return { text: count(requests.length, 'request'), fields: { count: requests.length } };
  },
});

const requestsView = tableView<RequestRow>([
  { heading: 'USER', plain: (row) => row.user },
  { heading: 'CODE', plain: (row) => row.code },
  { heading: 'ASKED', plain: (row) => isoDate(row.atMs), human: (row) => formatDate(row.atMs) },
]);
