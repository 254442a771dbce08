import { isInBackground, nodeCommand } from './node-command.ts';

export const logout = nodeCommand({
  name: 'logout',
  topic: 'Your account',
  params: [],
  summary: 'log out',
  teaches: [
    'Stops serving and downloading at once. After the next login everything is served again and downloads',
    'go on where they were. What login --remember kept is forgotten.',
  ],
  example: 'logout',
  async run({ target }) {
    await target.logout();
    const rest = isInBackground(target)
      ? '; the node in the background runs on, and shares nothing until somebody logs in'
      : '';
    return { text: `logged out${rest}`, user: null };
  },
});
