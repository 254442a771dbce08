import { nodeCommand } from './node-command.ts';

export const limitLan = nodeCommand({
  name: 'limit_lan',
  topic: 'Speed limits',
  params: [{ name: 'how', kind: 'text', choices: ['exempt', 'limited'] }],
  summary: 'whether limits hold in your own network',
  teaches: [
    'exempt: members at private, link-local and loopback addresses exchange with you at full speed whatever',
    'the limits; limited, as at the beginning: they are like all others.',
  ],
  example: 'limit_lan exempt',
  async run({ target, args: [how] }) {
    await target.exemptLan(how === 'exempt');
    const text =
      how === 'exempt' ? 'no limit holds in your own network' : 'limits hold in your own network, too';
    return { text, fields: { lan: how } };
  },
});
