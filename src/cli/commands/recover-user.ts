import { recoveryCodeView } from './create-user.ts';
import { nodeCommand } from './node-command.ts';

export const recoverUser = nodeCommand({
  name: 'recover_user',
  topic: 'Your account',
  params: [
    { name: 'user_id', kind: 'user' },
    { name: 'recovery_code', kind: 'recovery-code' },
    { name: 'new_passwd', kind: 'new-password' },
  ],
  summary: 'set a new password by the recovery code',
  teaches: ['The code is used up; a new one is shown in its place, once. Log in afterwards.'],
  example: 'recover_user anna',
  async run({ target, args: [user, recoveryCode, password], out, typed }) {
    const renewed = await target.recoverUser(user, recoveryCode, password);
    if (renewed.weakness !== undefined) out.notice(`weak password: ${renewed.weakness}`);
    out.rows(recoveryCodeView, [{ user: renewed.user, recoveryCode: renewed.recoveryCode }]);
    return { text: `new password set; now log in: ${typed(`login ${renewed.user}`)}` };
  },
});
