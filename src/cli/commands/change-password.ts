import { nodeCommand } from './node-command.ts';

export const changePassword = nodeCommand({
  name: 'change_password',
  topic: 'Your account',
  params: [
    { name: 'old_passwd', kind: 'old-password' },
    { name: 'new_passwd', kind: 'new-password' },
  ],
  summary: 'set a new password',
  teaches: ['Leave both out to be asked for them unseen. Your other machines stay logged in.'],
  example: 'change_password',
  async precheck(node) {
    await node.whoami();
  },
  async run({ target, args: [oldPassword, newPassword] }) {
    await target.changePassword(oldPassword, newPassword);
    return { text: 'password changed' };
  },
});
