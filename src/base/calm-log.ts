import type { Clock } from './clock.ts';
import type { Logger } from './log.ts';

const LINES_MAX = 20;
const WINDOW_MS = 60_000;
const KINDS_MAX = 200;
/** What all further kinds are counted as. */
const OTHERS = 'others';

interface Kind {
  sinceMs: number;
  lines: number;
  left: number;
}

/**
 * The same log, in which strangers can't fill the disk: of lines whose event begins with `prefix`, those with the same event and, but for
 * numbers, the same reason are written twenty times a minute. The next one after that says in `left` how many were left out.
 */
export function calmLogger(log: Logger, clock: Clock, prefix: string): Logger {
  const kinds = new Map<string, Kind>();
  const calmed =
    (write: Logger['info']): Logger['info'] =>
    (event, fields) => {
      if (!event.startsWith(prefix)) return write(event, fields);
      const kind = kindOf(kinds, kindName(event, fields?.['reason']), clock.nowMs());
      kind.lines += 1;
      if (kind.lines > LINES_MAX) kind.left += 1;
      else {
        write(event, kind.left > 0 ? { ...fields, left: kind.left } : fields);
        kind.left = 0;
      }
    };
  return {
    debug: calmed((event, fields) => log.debug(event, fields)),
    info: calmed((event, fields) => log.info(event, fields)),
    warn: calmed((event, fields) => log.warn(event, fields)),
    error: calmed((event, fields) => log.error(event, fields)),
    child: (fields) => calmLogger(log.child(fields), clock, prefix),
  };
}

/** Numbers make no kind of their own: they are the stranger's to choose. */
const kindName = (event: string, reason: string | number | boolean | undefined): string =>
  `${event} ${String(reason ?? '').replace(/\d+/g, '#')}`;

function kindOf(kinds: Map<string, Kind>, name: string, nowMs: number): Kind {
  const known = kinds.get(name);
  if (known && nowMs - known.sinceMs < WINDOW_MS) return known;
  if (!known && kinds.size >= KINDS_MAX && name !== OTHERS) return kindOf(kinds, OTHERS, nowMs);
  const kind = { sinceMs: nowMs, lines: 0, left: known?.left ?? 0 };
  kinds.set(name, kind);
  return kind;
}
