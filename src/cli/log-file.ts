import { copyFileSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { pino } from 'pino';
import { type Logger, diskError } from '../base/index.ts';

/** A log with its file: nothing is lost when it is closed before the process ends. */
export interface OpenLog {
  readonly log: Logger;
  close(): void;
}

/** JSON lines appended to `path`, which only its owner can read; `-` is standard error. CommandError if it can't be opened. */
export function openLog(path: string): OpenLog {
  const destination = openDestination(path);
  return { log: toLogger(pinoOn(destination, 'debug')), close: () => destination.flushSync() };
}

/**
 * A log for months, without details: when the file is larger than `bytesMax` it is copied to `<path>.1` and begun
 * anew in place, so that whoever else appends to it goes on in the new one.
 */
export function openRotatedLog(path: string, bytesMax: number): OpenLog {
  const rotated = openRotated(path, bytesMax);
  return { log: toLogger(pinoOn(rotated, 'info')), close: () => undefined };
}

const pinoOn = (destination: pino.DestinationStream, level: 'debug' | 'info'): pino.Logger =>
  pino({ level, base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime }, destination);

function openRotated(path: string, bytesMax: number): pino.DestinationStream {
  const file = openToAppend(path);
  return {
    write(text) {
      try {
        if (fstatSync(file).size > bytesMax) {
          copyFileSync(path, `${path}.1`);
          ftruncateSync(file);
        }
        writeSync(file, text);
      } catch {
        // a full disk: the node goes on without its log
      }
    },
  };
}

function openToAppend(path: string): number {
  try {
    return openSync(path, 'a', 0o600);
  } catch (error) {
    throw diskError(error, path);
  }
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
