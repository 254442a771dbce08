import { CommandError, type Cancel, type Clock } from '../../base/index.ts';
import type { ScheduleRule } from '../commands.ts';

const RULES_MAX = 50;
const DAY_MINUTES = 24 * 60;
const MINUTE_MS = 60_000;

/** What a clock on the wall says. */
export interface LocalTime {
  /** 0 is Sunday. */
  readonly day: number;
  /** Since midnight. */
  readonly minute: number;
}

/** @param wallMs milliseconds since 1970 */
export type ToLocalTime = (wallMs: number) => LocalTime;

/** By the machine's time zone, its summer time included. */
export function systemLocalTime(wallMs: number): LocalTime {
  const date = new Date(wallMs);
  return { day: date.getDay(), minute: date.getHours() * 60 + date.getMinutes() };
}

/** The first rule that holds at this time, if any. */
export function ruleInForce(rules: readonly ScheduleRule[], time: LocalTime): ScheduleRule | undefined {
  return rules.find((rule) => holds(rule, time));
}

/** A rule that passes midnight belongs to the day on which it begins. */
function holds({ days, fromMinute, toMinute }: ScheduleRule, { day, minute }: LocalTime): boolean {
  if (fromMinute < toMinute) return days.includes(day) && minute >= fromMinute && minute < toMinute;
  const dayBefore = (day + 6) % 7;
  return (days.includes(day) && minute >= fromMinute) || (days.includes(dayBefore) && minute < toMinute);
}

/** Throws INVALID_ARGUMENTS, naming the rule and its fault. */
export function checkRules(rules: readonly ScheduleRule[]): void {
  if (rules.length > RULES_MAX) throw invalid(`a schedule has at most ${RULES_MAX} rules`);
  for (const [at, rule] of rules.entries()) {
    const fault = faultOf(rule);
    if (fault !== undefined) throw invalid(`rule ${at + 1}: ${fault}`);
  }
}

function faultOf({ days, fromMinute, toMinute, upLimit, downLimit }: ScheduleRule): string | undefined {
  const isMinute = (minute: number): boolean =>
    Number.isInteger(minute) && minute >= 0 && minute <= DAY_MINUTES;
  if (days.length === 0 || !days.every((day) => Number.isInteger(day) && day >= 0 && day <= 6))
    return 'name one day or more, 0 (Sunday) to 6 (Saturday)';
  if (!isMinute(fromMinute) || !isMinute(toMinute) || fromMinute === DAY_MINUTES)
    return 'give its times as minutes of the day, 0 to 1440';
  if (fromMinute === toMinute) return 'it begins when it ends: for the whole day give 0 and 1440';
  const isLimit = (limit: number | null): boolean => limit === null || (limit > 0 && Number.isFinite(limit));
  if (!isLimit(upLimit) || !isLimit(downLimit))
    return 'a limit is a number of bytes a second above 0, or null for none';
  return undefined;
}

const invalid = (text: string): CommandError => new CommandError('INVALID_ARGUMENTS', text);

/** Calls `action` at the beginning of each minute of the wall clock, whatever happens to that clock meanwhile. */
export function everyMinute(clock: Clock, action: () => void): Cancel {
  let cancel: Cancel;
  const arm = (): void => {
    cancel = clock.after(MINUTE_MS - (clock.wallMs() % MINUTE_MS), () => {
      arm();
      action();
    });
  };
  arm();
  return () => cancel();
}
