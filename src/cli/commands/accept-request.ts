import { GROUP, nodeCommand } from './node-command.ts';

export const acceptRequest = nodeCommand({
  name: 'accept_request',
  topic: 'Groups you own',
  params: [GROUP, { name: 'user_id', kind: 'request' }, { name: 'code', kind: 'text', optional: true }],
  summary: 'let someone in who asked',
  teaches: [
    'Give the code that the person reads to you from their join_group: it is compared with the request,',
    'and if it differs, nobody is let in.',
  ],
  example: 'accept_request band ben',
  async run({ target, args: [group, user, code] }) {
    await target.acceptRequest(group, user, code);
    return { text: `${user} is now a member of ${group}` };
  },
});
