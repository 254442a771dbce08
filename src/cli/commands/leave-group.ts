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
    await target.leaveGroup(group);
    return { text: `left group ${group}` };
  },
});
