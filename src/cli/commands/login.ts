import { CommandError } from '../../base/index.ts';
import { count } from '../text/format.ts';
import { nodeCommand } from './node-command.ts';

export const login = nodeCommand({
  name: 'login',
  topic: 'Your account',
  params: [
    { name: 'user_id', kind: 'user' },
    { name: 'passwd', kind: 'password' },
  ],
  summary: 'log in',
  teaches: [
    'From any machine. What you share is served again, unfinished downloads go on.',
    'Leave the password out to be asked for it unseen.',
    'Forgotten? recover_user sets a new one by the recovery code.',
  ],
  example: 'login anna',
  async precheck(node) {
    const { user } = await node.status();
    if (user !== null) throw new CommandError('ALREADY_LOGGED_IN', `${user} is logged in here; logout first`);
  },
  async run({ target, args: [user, password] }) {
    const done = await target.login(user, password);
    return {
      text: `logged in as ${done.user}; ${count(done.shares, 'share')}, ${count(done.downloads, 'unfinished download')}`,
      fields: { ...done },
      user: done.user,
    };
  },
});
