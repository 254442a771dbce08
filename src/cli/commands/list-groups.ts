import type { GroupRow } from '../../node/index.ts';
import { tableView } from '../output/table.ts';
import { count } from '../text/format.ts';
import { nodeCommand } from './node-command.ts';

export const listGroups = nodeCommand({
  name: 'list_groups',
  topic: 'Groups',
  params: [],
  summary: 'all groups, and what you are in them',
  teaches: ['The last column says owner, member, pending (you asked to join) or - (none of these).'],
  example: 'list_groups',
  async run({ target, out }) {
    const groups = await target.listGroups();
    out.rows(groupsView, groups);
    return { text: count(groups.length, 'group'), fields: { count: groups.length } };
  },
});

const groupsView = tableView<GroupRow>([
  { heading: 'GROUP', plain: (row) => row.group },
  { heading: 'OWNER', plain: (row) => row.owner },
  { heading: 'MEMBERS', plain: (row) => String(row.members), align: 'right' },
  { heading: 'YOU', plain: (row) => row.you },
]);
