import type { MemberRow } from '../../node/index.ts';
import { tableView } from '../output/table.ts';
import { count, formatDate, isoDate } from '../text/format.ts';
import { GROUP, nodeCommand } from './node-command.ts';

export const listMembers = nodeCommand({
  name: 'list_members',
  topic: 'Groups',
  params: [GROUP],
  summary: 'who is in a group, and who is online',
  teaches: ['For members. Whoever disconnects is shown as offline within ten seconds.'],
  example: 'list_members band',
  async run({ target, args: [group], out }) {
    const members = await target.listMembers(group);
    out.rows(membersView, members);
    return { text: count(members.length, 'member'), fields: { count: members.length } };
  },
});

const membersView = tableView<MemberRow>([
  { heading: 'USER', plain: (row) => row.user },
  { heading: 'ROLE', plain: (row) => row.role },
  { heading: 'ONLINE', plain: (row) => (row.online ? 'online' : 'offline') },
  { heading: 'SINCE', plain: (row) => isoDate(row.sinceMs), human: (row) => formatDate(row.sinceMs) },
]);
