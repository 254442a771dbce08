import { count } from '../text/format.ts';
import { DOWNLOAD, GROUP, nodeCommand } from './node-command.ts';

export const setPriority = nodeCommand({
  name: 'set_priority',
  topic: 'Downloads',
  params: [GROUP, DOWNLOAD, { name: 'priority', kind: 'text', choices: ['skip', 'low', 'normal', 'high'] }],
  options: {
    path: {
      kind: 'text',
      value: 'path',
      many: true,
      summary: 'a file inside the folder, as list_contents shows it',
    },
  },
  summary: 'what comes first, what is not wanted',
  teaches: [
    'Of a whole download: its place among the others. With --path, of files inside it; skip leaves them out, and',
    'they can be taken in later. A download is complete when all that is not skipped is there.',
  ],
  example: 'set_priority band "Live Album" skip --path booklet.pdf',
  async run({ target, args: [group, file, priority], options }) {
    const paths = options.path.length === 0 ? undefined : options.path;
    await target.setPriority(group, file, paths, priority);
    const of = paths === undefined ? file : `${count(paths.length, 'file')} of ${file}`;
    return { text: priority === 'skip' ? `${of} will not be fetched` : `${of} has priority ${priority}` };
  },
});
