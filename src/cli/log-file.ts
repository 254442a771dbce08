import { pino } from 'pino';
import { type Logger, diskError, silentLogger } from '../base/index.ts';

/** A log with its file: nothing is lost when it is closed before the process ends. */
export interface OpenLog {
  readonly log: Logger;
  close(): void;
}

/** JSON lines appended to `path`, which only its owner can read; `-` is standard error, undefined no log. CommandError if it can't be opened. */
export function openLog(path: string | undefined): OpenLog {
  if (path === undefined) return { log: silentLogger, close: () => undefined };
  const destination = openDestination(path);
  const base = { pid: process.pid };
  return {
    log: toLogger(pino({ level: 'debug', base, timestamp: pino.stdTimeFunctions.isoTime }, destination)),
    close: () => destination.flushSync(),
  };
}

function openDestination(path: string): pino.DestinationStream & { flushSync(): void } {
  try {
    return pino.destination({ dest: path === '-' ? 2 : path, append: true, mode: 0o600, sync: true });
  } catch (error) {
    throw diskError(error, path);
  }
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
