import { CommandError } from '../../base/index.ts';

const UNIT_SECONDS = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 } as const;

/** A time span as people type it, in seconds: `90s`, `30m`, `12h`, `7d`, `2w`. INVALID_ARGUMENTS says how it is written. */
export function parseDuration(text: string): number {
  const parts = /^(\d{1,6})\s*([smhdw])$/i.exec(text);
  if (parts === null)
    throw new CommandError('INVALID_ARGUMENTS', `${text} is no time: type 30m, 12h, 7d or 2w`);
  return Number(parts[1]) * UNIT_SECONDS[(parts[2] ?? 's').toLowerCase() as keyof typeof UNIT_SECONDS];
}
