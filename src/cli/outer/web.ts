import { addressView } from '../commands/web.ts';
import { findOrStart } from './node-control.ts';
import { openLink } from './open-link.ts';
import { outerCommand } from './outer-command.ts';

export const web = outerCommand({
  name: 'web',
  topic: 'The node in the background',
  params: [],
  options: { 'no-open': { kind: 'flag', summary: 'print the link only' } },
  summary: 'open the page of the node in a browser',
  teaches: [
    'Starts a node if none runs. The link works once, within ten minutes, on this machine. From another one go',
    'through SSH: ssh -L PORT:127.0.0.1:PORT HOST, with the port of the link, then open the link there.',
  ],
  example: 'web',
  async run({ target: { dataDir, environment, json }, options, out, clock, signal }) {
    const node = await findOrStart(dataDir, out, clock, signal);
    try {
      const { link, expiresAtMs } = await node.webLink();
      out.rows(addressView, [{ address: link }]);
      const opened = !options['no-open'] && !json && openLink(link, environment);
      const text = opened
        ? 'the page opens in your browser'
        : 'open this link in a browser on this machine; it works once';
      return { text, fields: { link, expiresAtMs, opened } };
    } finally {
      await node.close();
    }
  },
});
