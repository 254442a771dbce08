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
  options: {
    remember: { kind: 'flag', summary: 'log in by itself after a restart of this machine' },
  },
  summary: 'log in',
  teaches: [
    'From any machine. What you share is served again, unfinished downloads go on.',
    'Leave the password out to be asked for it unseen.',
    'Forgotten? recover_user sets a new one by the recovery code.',
    '--remember keeps what is needed in a file that only you can read on this machine; it is not the password,',
    'and logout removes it.',
  ],
  example: 'login anna',
  async precheck(node) {
    const { user } = await node.status();
    if (user !== null) throw new CommandError('ALREADY_LOGGED_IN', `${user} is logged in here; logout first`);
  },
  async run({ target, args: [user, password], options }) {
    const done = await target.login(user, password, ...(options.remember ? [true] : []));
    const kept = options.remember ? '; remembered on this machine until logout' : '';
    return {
      text: `logged in as ${done.user}; ${count(done.shares, 'share')}, ${count(done.downloads, 'unfinished download')}${kept}`,
      fields: { ...done },
      user: done.user,
    };
  },
});
