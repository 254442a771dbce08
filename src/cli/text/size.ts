import { CommandError } from '../../base/index.ts';

const UNIT_BYTES = { k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 } as const;

/** A size as people type it, in bytes: `500M`, `1.5 GiB`, with powers of 1,024; a bare number is refused. INVALID_ARGUMENTS says how it is written. */
export function parseSize(text: string): number {
  const parts = /^(\d{1,6}(?:\.\d+)?)\s*([kmgt])(?:i?b)?$/i.exec(text);
  if (parts === null)
    throw new CommandError('INVALID_ARGUMENTS', `${text} is no size: type 500M, 2G or 1.5T (MiB, GiB, TiB)`);
  return Math.round(
    Number(parts[1]) * UNIT_BYTES[(parts[2] ?? 'k').toLowerCase() as keyof typeof UNIT_BYTES],
  );
}
