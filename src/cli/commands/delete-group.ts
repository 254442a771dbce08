import { GROUP, nodeCommand } from './node-command.ts';

export const deleteGroup = nodeCommand({
  name: 'delete_group',
  topic: 'Groups you own',
  params: [GROUP],
  summary: 'end a group of yours for everyone',
  teaches: [
    'Nobody can share in it any more, and its name stays taken. Downloaded files stay with their owners.',
  ],
  example: 'delete_group band',
  async run({ target, args: [group] }) {
    await target.deleteGroup(group);
    return { text: `deleted group ${group}` };
  },
});
