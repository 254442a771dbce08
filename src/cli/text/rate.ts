import { CommandError } from '../../base/index.ts';

const UNIT_BYTES = { k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 } as const;
/** Below this nothing would get through in a time that people wait. */
const RATE_MIN = 2 ** 10;

/**
 * A speed as people type it, in bytes a second: `500k`, `2.5M`, `1 GiB/s` with powers of 1,024; `none` for no limit,
 * which is undefined. INVALID_ARGUMENTS says how it is written: a number alone could mean anything.
 */
export function parseRate(text: string): number | undefined {
  if (text.toLowerCase() === 'none') return undefined;
  const parts = /^(\d{1,6}(?:\.\d+)?)\s*([kmg])(?:i?b)?(?:\/s)?$/i.exec(text);
  if (parts === null) throw new CommandError('INVALID_ARGUMENTS', `${text} is no speed: ${HOW}`);
  const unit = (parts[2] ?? 'k').toLowerCase() as keyof typeof UNIT_BYTES;
  const rate = Math.round(Number(parts[1]) * UNIT_BYTES[unit]);
  if (rate >= RATE_MIN) return rate;
  throw new CommandError('INVALID_ARGUMENTS', `${text} is less than 1k; pause_download holds a download`);
}

const HOW = 'type 500k, 2.5M or 1G (KiB, MiB, GiB a second), or none for no limit';
