import { GROUP, nodeCommand } from './node-command.ts';

export const leaveGroup = nodeCommand({
  name: 'leave_group',
  topic: 'Groups',
  params: [GROUP],
  summary: 'leave a group',
  teaches: [
    'Sharing there stops at once; what you downloaded stays yours. The owner can leave only as the last one,',
    'which ends the group.',
  ],
  example: 'leave_group band',
  async run({ target, args: [group] }) {
    const left = await target.leaveGroup(group);
    const end = left.ended ? '; you were the last in it, so it has ended, and its name stays taken' : '';
    return { text: `left group ${group}${end}`, fields: { ...left } };
  },
});
