import type { ScheduleRule } from '../../../src/node/commands.ts';

/** Days as people in most of the world count them; the number is that of `ScheduleRule.days`. */
export const WEEK: readonly { readonly day: number; readonly short: string; readonly long: string }[] = [
  { day: 1, short: 'Mon', long: 'Monday' },
  { day: 2, short: 'Tue', long: 'Tuesday' },
  { day: 3, short: 'Wed', long: 'Wednesday' },
  { day: 4, short: 'Thu', long: 'Thursday' },
  { day: 5, short: 'Fri', long: 'Friday' },
  { day: 6, short: 'Sat', long: 'Saturday' },
  { day: 0, short: 'Sun', long: 'Sunday' },
];

const DAY_MINUTES = 24 * 60;

/** `Monday to Friday`, `Saturday and Sunday`, `Every day`, `Mon, Wed to Fri`. */
export function daysWords(days: readonly number[]): string {
  const chosen = WEEK.map(({ day }) => days.includes(day));
  if (chosen.every(Boolean)) return 'Every day';
  const runs = runsOf(chosen);
  const long = runs.length === 1;
  return runs
    .map(([first, last]) => {
      const [from, to] = [nameOf(first, long), nameOf(last, long)];
      if (first === last) return from;
      return last === first + 1 ? `${from}${long ? ' and ' : ', '}${to}` : `${from} to ${to}`;
    })
    .join(', ');
}

/** `08:00 to 18:00`, `22:00 to 06:00 the next day`, `all day`. */
export function hoursWords(rule: Pick<ScheduleRule, 'fromMinute' | 'toMinute'>): string {
  const { fromMinute, toMinute } = rule;
  if (fromMinute === 0 && toMinute === DAY_MINUTES) return 'all day';
  const next = toMinute <= fromMinute ? ' the next day' : '';
  return `${toTimeText(fromMinute)} to ${toTimeText(toMinute)}${next}`;
}

/** `08:05`; the end of the day is `24:00`. */
export function toTimeText(minute: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`;
}

/** The minute of the day of a time field's `08:05`; undefined for anything else. */
export function parseTimeText(text: string): number | undefined {
  const match = /^(\d{1,2}):(\d{2})$/.exec(text.trim());
  if (!match) return undefined;
  const minute = Number(match[1]) * 60 + Number(match[2]);
  return Number(match[2]) < 60 && minute <= DAY_MINUTES ? minute : undefined;
}

/**
 * What a time field says as a rule: of two equal times, and of an end at midnight, the rule goes to the end of
 * the day, as people mean it.
 */
export function ruleHours(from: number, to: number): Pick<ScheduleRule, 'fromMinute' | 'toMinute'> {
  if (to === 0) return { fromMinute: from, toMinute: DAY_MINUTES };
  return from === to ? { fromMinute: 0, toMinute: DAY_MINUTES } : { fromMinute: from, toMinute: to };
}

/** Indices of rules that can never hold, because one before them always does. */
export function hiddenRules(rules: readonly ScheduleRule[]): number[] {
  const taken = new Uint8Array(7 * DAY_MINUTES);
  const hidden: number[] = [];
  rules.forEach((rule, index) => {
    let seen = false;
    for (const minute of minutesOf(rule)) {
      if (taken[minute] === 0) seen = true;
      taken[minute] = 1;
    }
    if (!seen) hidden.push(index);
  });
  return hidden;
}

function* minutesOf(rule: ScheduleRule): Generator<number> {
  const length = (rule.toMinute - rule.fromMinute + DAY_MINUTES) % DAY_MINUTES || DAY_MINUTES;
  for (const day of rule.days) {
    const start = day * DAY_MINUTES + rule.fromMinute;
    for (let minute = 0; minute < length; minute += 1) yield (start + minute) % (7 * DAY_MINUTES);
  }
}

function nameOf(place: number, long: boolean): string {
  const entry = WEEK[place];
  return (long ? entry?.long : entry?.short) ?? '';
}

/** First and last place of each row of chosen days. */
function runsOf(chosen: readonly boolean[]): [number, number][] {
  const runs: [number, number][] = [];
  chosen.forEach((on, place) => {
    const run = runs.at(-1);
    if (!on) return;
    if (run && run[1] === place - 1) run[1] = place;
    else runs.push([place, place]);
  });
  return runs;
}
