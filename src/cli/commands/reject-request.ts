import { GROUP, nodeCommand } from './node-command.ts';

export const rejectRequest = nodeCommand({
  name: 'reject_request',
  topic: 'Groups you own',
  params: [GROUP, { name: 'user_id', kind: 'request' }],
  summary: 'refuse someone who asked',
  teaches: ['The person is told, and may ask again.'],
  example: 'reject_request band mallory',
  async run({ target, args: [group, user] }) {
    await target.rejectRequest(group, user);
    return { text: `rejected the request of ${user} to join ${group}` };
  },
});
