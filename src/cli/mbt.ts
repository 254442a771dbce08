import { readFileSync } from 'node:fs';
import { type Logger, systemClock } from '../base/index.ts';
import { openLog } from './log-file.ts';
import { type ClientOptions, type TrackerOptions, parseInvocation } from './program.ts';
import { isInForeground, onResume } from './shell/foreground.ts';
import { type StopSignals, catchStopSignals } from './shell/stop-signals.ts';
import type { Streams } from './shell/streams.ts';

/** Runs `mbt` with the words after its name; resolves with the exit code. CommandError: it could not start. */
export async function runMbt(args: readonly string[]): Promise<number> {
  const invocation = parseInvocation(args, ownVersion());
  if (invocation.run === 'client') return startClient(invocation.options);
  if (invocation.run === 'tracker') return startTracker(invocation.options);
  (invocation.exitCode === 0 ? process.stdout : process.stderr).write(invocation.text);
  return invocation.exitCode;
}

/** The rooms are loaded only when they are needed: `mbt help` answers at once. */
function startClient(options: ClientOptions): Promise<number> {
  return atWork(options.logFile, async (log, stop) => {
    const [{ openNode }, { runClient }] = await Promise.all([
      import('../node/index.ts'),
      import('./client.ts'),
    ]);
    const node = await openNode({
      listenHost: options.listen.host,
      listenPort: options.listen.port,
      trackersFile: options.trackersFile,
      ...(options.dataDir === undefined ? {} : { dataDir: options.dataDir }),
      ...(options.upLimit === undefined ? {} : { upBytesPerSecond: options.upLimit }),
      ...(options.downLimit === undefined ? {} : { downBytesPerSecond: options.downLimit }),
      refuseWeakPasswords: options.minPassword,
      log,
      clock: systemClock,
    });
    return runClient({ node, face: options, streams: ownStreams(), stop, clock: systemClock });
  });
}

function startTracker(options: TrackerOptions): Promise<number> {
  return atWork(options.logFile, async (log, stop) => {
    const [{ openTracker }, { runTrackerConsole }] = await Promise.all([
      import('../tracker/index.ts'),
      import('./tracker-console.ts'),
    ]);
    const { logFile: _, ...given } = options;
    const tracker = await openTracker({ ...given, log, clock: systemClock });
    return runTrackerConsole(tracker, ownStreams(), stop, systemClock);
  });
}

/** Runs `work` with a log and with the signals that end it, and lets both go afterwards. */
async function atWork(
  logFile: string | undefined,
  work: (log: Logger, stop: StopSignals) => Promise<number>,
): Promise<number> {
  const opened = openLog(logFile);
  const stop = catchStopSignals(process);
  process.stdout.once('error', () => stop.stop('SIGHUP'));
  process.stdin.on('error', () => undefined); // a terminal that went away: its end is told, too
  process.stdout.on('error', () => undefined); // whoever read it is gone: told once is enough
  try {
    return await work(opened.log, stop);
  } finally {
    stop.close();
    opened.close();
  }
}

const ownStreams = (): Streams => ({
  input: process.stdin,
  output: process.stdout,
  terminalType: process.env.TERM,
  inForeground: isInForeground(),
  onResume: (listener) => onResume(process, listener),
});

function ownVersion(): string {
  const path = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}
