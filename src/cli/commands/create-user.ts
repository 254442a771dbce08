import type { CreatedUser } from '../../node/index.ts';
import type { View } from '../output/output.ts';
import { nodeCommand } from './node-command.ts';

export const createUser = nodeCommand({
  name: 'create_user',
  topic: 'Your account',
  params: [
    { name: 'user_id', kind: 'text' },
    { name: 'passwd', kind: 'new-password' },
  ],
  summary: 'make an account',
  teaches: [
    'Names are up to 32 letters, digits, dots, dashes and underscores. Leave the password out to be asked',
    'for it unseen. A recovery code is shown once: write it down, it is the only way back in when the',
    'password is forgotten. Making an account does not log in.',
  ],
  example: 'create_user anna',
  async run({ target, args: [user, password], out, typed }) {
    const created = await target.createUser(user, password);
    if (created.weakness !== undefined) out.notice(`weak password: ${created.weakness}`);
    out.rows(recoveryCodeView, [{ user: created.user, recoveryCode: created.recoveryCode }]);
    return { text: `created user ${created.user}; now log in: ${typed(`login ${created.user}`)}` };
  },
});

/** The code that opens the account when the password is forgotten, shown this once. */
export const recoveryCodeView: View<Pick<CreatedUser, 'user' | 'recoveryCode'>> = {
  plain: (row) => [row.user, row.recoveryCode],
  human: (rows) =>
    rows.flatMap((row) => [
      `Recovery code of ${row.user}, shown only now. Write it down and keep it safe:`,
      `    ${row.recoveryCode}`,
    ]),
};
