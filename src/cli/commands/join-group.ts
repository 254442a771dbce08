import { GROUP, nodeCommand } from './node-command.ts';

export const joinGroup = nodeCommand({
  name: 'join_group',
  topic: 'Groups',
  params: [GROUP],
  summary: 'ask to join a group',
  teaches: [
    'The owner accepts or rejects. You may tell the owner, by phone say, the code that is shown here:',
    'accept_request checks it, so that nobody can be let in under your name.',
  ],
  example: 'join_group band',
  async run({ target, args: [group] }) {
    const asked = await target.joinGroup(group);
    return {
      text: `asked ${asked.owner} to let you into ${group}; the code of your request is ${asked.code}: tell it to ${asked.owner}, by phone say`,
      fields: { ...asked },
    };
  },
});
