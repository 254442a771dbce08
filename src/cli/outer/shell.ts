import { requireNode } from '../background/find-node.ts';
import { outerCommand } from './outer-command.ts';

export const shell = outerCommand({
  name: 'shell',
  topic: 'The node in the background',
  params: [],
  summary: 'a shell for the node in the background',
  teaches: [
    'With input from a file or pipe it runs the lines in order, and waits for downloads only where wait_downloads',
    'says so. Leaving it leaves the node running.',
  ],
  endsItself: true,
  example: 'shell',
  async run({ target: { dataDir, json, streams, stop, clock } }) {
    const node = await requireNode(dataDir, clock);
    const { runClient } = await import('../client.ts');
    const exitCode = await runClient({ node, face: { json, stay: false }, streams, stop, clock });
    return { text: '', silent: true, exitCode };
  },
});
