import { AnswerWatch } from './await-answer.ts';
import { GROUP, nodeCommand } from './node-command.ts';

export const joinGroup = nodeCommand({
  name: 'join_group',
  topic: 'Groups',
  params: [GROUP],
  options: { wait: { kind: 'flag', summary: 'wait for the answer' } },
  summary: 'ask to join a group',
  teaches: [
    'The owner accepts or rejects. You may tell the owner, by phone say, the code that is shown here:',
    'accept_request checks it, so that nobody can be let in under your name.',
  ],
  example: 'join_group band',
  async run({ target, args: [group], options, out, clock, signal, typed }) {
    const answers = new AnswerWatch(target, clock);
    try {
      const asked = await target.joinGroup(group);
      const told = `asked ${asked.owner} to let you into ${group}; the code of your request is ${asked.code}: tell it to ${asked.owner}, by phone say`;
      if (!options.wait) return { text: told, fields: { ...asked } };
      out.notice(told);
      await answers.wait(group, signal);
      return {
        text: `you are a member of ${group}; see its files: ${typed(`list_files ${group}`)}`,
        fields: { ...asked },
      };
    } finally {
      answers.close();
    }
  },
});
