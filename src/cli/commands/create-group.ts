import { nodeCommand } from './node-command.ts';

export const createGroup = nodeCommand({
  name: 'create_group',
  topic: 'Groups',
  params: [{ name: 'group_id', kind: 'text' }],
  summary: 'make a group of your own',
  teaches: ['You decide who gets in: see list_requests. Group names follow the rules of user names.'],
  example: 'create_group band',
  async run({ target, args: [group], typed }) {
    await target.createGroup(group);
    return { text: `created group ${group}; others can now ask to join it: ${typed(`join_group ${group}`)}` };
  },
});
