/** Bytes from `start` up to `end`, exclusive. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/**
 * What a Range header (RFC 9110, section 14) asks of `size` bytes: one range; undefined, all of them, as for what is not
 * understood and for several ranges, which a server may ignore; `none` where nothing there is asked for.
 */
export function parseRange(header: string | undefined, size: number): ByteRange | undefined | 'none' {
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  if (first === '') return lastBytes(Number(last), size);
  const start = Number(first);
  const end = last === '' ? size : Math.min(Number(last) + 1, size);
  if (last !== '' && Number(last) < start) return undefined;
  return start < size ? { start, end } : 'none';
}

function lastBytes(count: number, size: number): ByteRange | 'none' {
  return count > 0 && size > 0 ? { start: Math.max(0, size - count), end: size } : 'none';
}
