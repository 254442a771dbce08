import { GROUP, nodeCommand } from './node-command.ts';

export const removeMember = nodeCommand({
  name: 'remove_member',
  topic: 'Groups you own',
  params: [GROUP, { name: 'user_id', kind: 'member' }],
  summary: 'put a member out of your group',
  teaches: [
    'Connections are closed at once and no more is served. What was downloaded cannot be taken back.',
  ],
  example: 'remove_member band ben',
  async run({ target, args: [group, user] }) {
    await target.removeMember(group, user);
    return { text: `${user} is no longer a member of ${group}` };
  },
});
