import { CommandError } from '../../base/index.ts';

/** When a rule holds: on which days it begins (0 Sunday to 6 Saturday), and from when to when, in minutes of the local day. */
export interface Hours {
  readonly days: readonly number[];
  readonly fromMinute: number;
  readonly toMinute: number;
}

const LONG = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'] as const;
/** As people read a week. */
const WEEK = [1, 2, 3, 4, 5, 6, 0] as const;
const HOW =
  'type days and hours, such as "mon-fri 08:00-18:00", "sat,sun 00:00-24:00" or "daily 22:00-06:00"';

/** Reads `mon-fri 08:00-18:00`, `sat,sun 0-24`, `daily 22:00-06:00`. INVALID_ARGUMENTS says how it is written. */
export function parseHours(text: string): Hours {
  const parts = /^\s*(\S+)\s+(\d{1,2}(?::\d{2})?)\s*-\s*(\d{1,2}(?::\d{2})?)\s*$/.exec(text);
  if (parts === null) throw wrong(`"${text}" is no time of the week`);
  const [, days = '', from = '', to = ''] = parts;
  const hours = { days: parseDays(days), fromMinute: parseMinute(from), toMinute: parseMinute(to) };
  if (hours.fromMinute === hours.toMinute) throw wrong(`${from}-${to} has no length`);
  return hours;
}

/** The other way round; what it gives is read back as the same. */
export function formatHours({ days, fromMinute, toMinute }: Hours): string {
  return `${formatDays(days)} ${formatMinute(fromMinute)}-${formatMinute(toMinute)}`;
}

const wrong = (what: string): CommandError => new CommandError('INVALID_ARGUMENTS', `${what}: ${HOW}`);

function parseDays(text: string): number[] {
  if (/^(daily|everyday|every-day|all)$/i.test(text)) return [0, 1, 2, 3, 4, 5, 6];
  const days = text.toLowerCase().split(',').flatMap(parseSpan);
  return [...new Set(days)].toSorted((a, b) => a - b);
}

/** `fri`, or `fri-mon`, which passes the end of the week. */
function parseSpan(text: string): number[] {
  const [first, last, more] = text.split('-').map(parseDay);
  if (first === undefined || more !== undefined) throw wrong(`"${text}" is no day`);
  const length = (((last ?? first) - first + 7) % 7) + 1;
  return Array.from({ length }, (_, at) => (first + at) % 7);
}

function parseDay(text: string): number {
  const day = LONG.findIndex((name) => text.length >= 3 && name.startsWith(text));
  if (day < 0) throw wrong(`"${text}" is no day`);
  return day;
}

function parseMinute(text: string): number {
  const [hours = 0, minutes = 0] = text.split(':').map(Number);
  const minute = hours * 60 + minutes;
  if (minutes < 60 && minute <= 1440) return minute;
  throw wrong(`${text} is no time of the day`);
}

function formatDays(days: readonly number[]): string {
  if (days.length === 7) return 'daily';
  const spans: number[][] = [];
  for (const day of WEEK.filter((each) => days.includes(each))) {
    const span = spans.at(-1);
    if (span !== undefined && ((span.at(-1) ?? 0) + 1) % 7 === day) span.push(day);
    else spans.push([day]);
  }
  return spans
    .map((span) =>
      span.length < 3 ? span.map(nameOf).join(',') : `${nameOf(span[0])}-${nameOf(span.at(-1))}`,
    )
    .join(',');
}

const nameOf = (day: number | undefined): string => LONG[day ?? 0]?.slice(0, 3) ?? '';

const formatMinute = (minute: number): string =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
