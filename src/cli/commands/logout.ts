import { nodeCommand } from './node-command.ts';

export const logout = nodeCommand({
  name: 'logout',
  topic: 'Your account',
  params: [],
  summary: 'log out',
  teaches: [
    'Stops serving and downloading at once. After the next login everything is served again and downloads',
    'go on where they were.',
  ],
  example: 'logout',
  async run({ target }) {
    await target.logout();
    return { text: 'logged out', user: null };
  },
});
