import type { Whoami } from '../../node/index.ts';
import { tableView } from '../output/table.ts';
import { count } from '../text/format.ts';
import { nodeCommand } from './node-command.ts';

export const whoami = nodeCommand({
  name: 'whoami',
  topic: 'Your account',
  params: [],
  summary: 'who you are, and the code of your key',
  teaches: [
    'Others may compare the code. The user id is a hash of your key: it stays should your name ever change.',
  ],
  example: 'whoami',
  async run({ target, out }) {
    const me = await target.whoami();
    out.rows(whoamiView, [me]);
    return { text: `you are ${me.user}, connected to ${count(me.trackers, 'tracker')}` };
  },
});

const whoamiView = tableView<Whoami>([
  { heading: 'USER', plain: (me) => me.user },
  { heading: 'CODE', plain: (me) => me.code },
  { heading: 'TRACKERS', plain: (me) => String(me.trackers), align: 'right' },
  { heading: 'USER ID', plain: (me) => me.userId },
]);
