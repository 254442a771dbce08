import { pino } from 'pino';
import { type Logger, silentLogger } from '../base/index.ts';

/** A log with its file: nothing is lost when it is closed before the process ends. */
export interface OpenLog {
  readonly log: Logger;
  close(): void;
}

/** JSON lines appended to `path`, which only its owner can read; `-` is standard error, undefined no log. */
export function openLog(path: string | undefined): OpenLog {
  if (path === undefined) return { log: silentLogger, close: () => undefined };
  const dest = path === '-' ? 2 : path;
  const destination = pino.destination({ dest, append: true, mode: 0o600, sync: true });
  const base = { pid: process.pid };
  return {
    log: toLogger(pino({ level: 'debug', base, timestamp: pino.stdTimeFunctions.isoTime }, destination)),
    close: () => destination.flushSync(),
  };
}

function toLogger(inner: pino.Logger): Logger {
  return {
    debug: (event, fields) => inner.debug({ ...fields, event }),
    info: (event, fields) => inner.info({ ...fields, event }),
    warn: (event, fields) => inner.warn({ ...fields, event }),
    error: (event, fields) => inner.error({ ...fields, event }),
    child: (fields) => toLogger(inner.child(fields)),
  };
}
