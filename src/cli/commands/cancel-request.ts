import { GROUP, nodeCommand } from './node-command.ts';

export const cancelRequest = nodeCommand({
  name: 'cancel_request',
  topic: 'Groups',
  params: [GROUP],
  summary: 'take back your request to join',
  teaches: ['You may ask again later.'],
  example: 'cancel_request band',
  async run({ target, args: [group] }) {
    await target.cancelRequest(group);
    return { text: `your request to join ${group} is taken back` };
  },
});
