import { AnswerWatch } from './await-answer.ts';
import { nodeCommand } from './node-command.ts';

export const join = nodeCommand({
  name: 'join',
  topic: 'Groups',
  params: [{ name: 'link', kind: 'invitation' }],
  options: { wait: { kind: 'flag', summary: 'wait for the answer' } },
  summary: 'ask to join a group by an invitation',
  teaches: [
    'The link is what an owner got from invite: mbt://join/... Paste all of it. Your request then shows that it',
    'comes from whoever holds the link, so that no codes need be compared.',
  ],
  example: 'join mbt://join/AbC... --wait',
  async run({ target, args: [link], options, clock, signal, typed }) {
    const answers = new AnswerWatch(target, clock);
    try {
      const asked = await target.joinByInvitation(link);
      const { group, owner } = asked;
      if (!options.wait)
        return {
          text: `asked ${owner} to let you into ${group}; news tell when it is answered`,
          fields: { ...asked },
        };
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
