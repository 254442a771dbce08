import { CommandError } from '../../base/index.ts';
import type { ScheduleRule } from '../../node/index.ts';
import type { CommandOutput } from '../output/output.ts';
import { tableView } from '../output/table.ts';
import { count, formatRate } from '../text/format.ts';
import { parseRate } from '../text/rate.ts';
import { formatHours, parseHours } from '../text/schedule.ts';
import { nodeCommand } from './node-command.ts';

const DIRECTIONS = ['up', 'down'] as const;

export const schedule = nodeCommand({
  name: 'schedule',
  topic: 'Speed limits',
  params: [
    { name: 'hours', kind: 'text', optional: true },
    { name: 'direction', kind: 'text', optional: true, choices: ['up', 'down', 'off'] },
    { name: 'speed', kind: 'text', optional: true },
    { name: 'direction', kind: 'text', optional: true, choices: DIRECTIONS },
    { name: 'speed', kind: 'text', optional: true },
  ],
  summary: 'other limits at certain hours',
  teaches: [
    'Days and hours are "mon-fri 08:00-18:00", "sat,sun 00:00-24:00" or "daily 22:00-06:00", by the clock of this',
    'machine. Then they replace what limit holds everything at; a direction that is not named has no limit then.',
    'Rules are tried in their order. Hours with off take that rule away, schedule off all of them; alone it lists.',
  ],
  example: 'schedule "mon-fri 08:00-18:00" up 500k down 2M',
  async run({ target, args: [hours, first, speed, second, other], out }) {
    const { schedule: rules } = await target.limits();
    if (hours === undefined) return told(rules, out);
    if (hours === 'off') {
      if (first !== undefined) throw misused('schedule off takes nothing more');
      await target.setSchedule([]);
      return { text: 'no schedule', fields: { schedule: [] } };
    }
    const when = parseHours(hours);
    const others = rules.filter((rule) => formatHours(rule) !== formatHours(when));
    if (first === 'off') {
      if (others.length === rules.length) throw misused(`there is no rule for ${formatHours(when)}`);
      return told((await target.setSchedule(others)).schedule, out);
    }
    const rule = { ...when, ...limitsOf([first, speed], [second, other]) };
    return told((await target.setSchedule([...others, rule])).schedule, out);
  },
});

const misused = (why: string): CommandError =>
  new CommandError(
    'INVALID_ARGUMENTS',
    `${why}; use it like this: schedule "mon-fri 08:00-18:00" up 500k down 2M`,
  );

type Half = readonly [direction: 'up' | 'down' | undefined, speed: string | undefined];

function limitsOf(...halves: readonly [Half, Half]): Pick<ScheduleRule, 'upLimit' | 'downLimit'> {
  const speeds = { up: null as number | null, down: null as number | null };
  const given = halves.flatMap(([direction, speed]) =>
    direction === undefined ? [] : [{ direction, speed }],
  );
  if (given.length === 0) throw misused('a direction is missing');
  if (given[0]?.direction === given[1]?.direction) throw misused(`${given[0]?.direction} is given twice`);
  for (const { direction, speed } of given) {
    if (speed === undefined) throw misused(`the speed after ${direction} is missing`);
    speeds[direction] = parseRate(speed) ?? null;
  }
  return { upLimit: speeds.up, downLimit: speeds.down };
}

function told(rules: readonly ScheduleRule[], out: CommandOutput) {
  out.rows(scheduleView, rules);
  return { text: count(rules.length, 'rule'), fields: { count: rules.length } };
}

const speed = (rate: number | null): string => (rate === null ? '-' : formatRate(rate));

/** `mon-fri 08:00-18:00`, and the speeds that hold then; `-` is no limit. */
export const scheduleView = tableView<ScheduleRule>([
  { heading: 'WHEN', plain: (rule) => formatHours(rule) },
  {
    heading: 'UP',
    plain: (rule) => String(rule.upLimit ?? '-'),
    human: (rule) => speed(rule.upLimit),
    align: 'right',
  },
  {
    heading: 'DOWN',
    plain: (rule) => String(rule.downLimit ?? '-'),
    human: (rule) => speed(rule.downLimit),
    align: 'right',
  },
]);
