import { formatRate } from '../text/format.ts';
import { parseRate } from '../text/rate.ts';
import { FILE, GROUP, nodeCommand } from './node-command.ts';

export const limit = nodeCommand({
  name: 'limit',
  topic: 'Speed limits',
  params: [
    { name: 'direction', kind: 'text', choices: ['up', 'down', 'both'] },
    { name: 'speed', kind: 'text' },
    { ...GROUP, optional: true },
    { ...FILE, optional: true },
  ],
  summary: 'hold speed down: in all, of a group, of a file',
  teaches: [
    'Speeds are 500k, 2.5M, 1G (KiB, MiB, GiB a second); none lifts a limit. A limit of a file holds while you',
    'download it and while you share it. All limits hold at once, from now on and after a restart, and are',
    'shared evenly among the members who exchange with you. limits lists them.',
  ],
  example: 'limit up 500k band',
  async run({ target, args: [direction, speed, group, file] }) {
    const row = await target.setLimit(direction, parseRate(speed), group, file);
    const of = file === undefined ? (group ?? 'everything') : `${file} in ${group}`;
    const [up, down] = [row.upLimit, row.downLimit].map((rate) =>
      rate === null ? 'no limit' : formatRate(rate),
    );
    return { text: `${of}: up ${up}, down ${down}`, fields: { ...row } };
  },
});
