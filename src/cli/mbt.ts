import { readFileSync } from 'node:fs';
import { CommandError, systemClock } from '../base/index.ts';
import { openLog } from './log-file.ts';
import { type ClientOptions, type TrackerOptions, parseInvocation } from './program.ts';
import { catchStopSignals } from './shell/stop-signals.ts';

/** Runs `mbt` with the words after its name; resolves with the exit code. CommandError: it could not start. */
export async function runMbt(args: readonly string[]): Promise<number> {
  const invocation = parseInvocation(args, ownVersion());
  if (invocation.run === 'client') return startClient(invocation.options);
  if (invocation.run === 'tracker') return startTracker(invocation.options);
  (invocation.exitCode === 0 ? process.stdout : process.stderr).write(invocation.text);
  return invocation.exitCode;
}

/** The rooms are loaded only when they are needed: `mbt help` answers at once. */
async function startClient(options: ClientOptions): Promise<number> {
  const [{ openNode }, { runClient }] = await Promise.all([
    import('../node/index.ts'),
    import('./client.ts'),
  ]);
  const opened = openLog(options.logFile);
  const stop = catchStopSignals(process);
  try {
    const node = await openNode({
      listenHost: options.listen.host,
      listenPort: options.listen.port,
      trackersFile: options.trackersFile,
      ...(options.dataDir === undefined ? {} : { dataDir: options.dataDir }),
      ...(options.upLimit === undefined ? {} : { upBytesPerSecond: options.upLimit }),
      ...(options.downLimit === undefined ? {} : { downBytesPerSecond: options.downLimit }),
      refuseWeakPasswords: options.minPassword,
      log: opened.log,
      clock: systemClock,
    });
    process.stdout.on('error', () => stop.stop('SIGHUP'));
    const streams = { input: process.stdin, output: process.stdout, terminalType: process.env.TERM };
    return await runClient(node, options, streams, stop, systemClock);
  } finally {
    stop.close();
    opened.close();
  }
}

async function startTracker(options: TrackerOptions): Promise<number> {
  throw new CommandError('INTERNAL', `not here yet: ${options.trackersFile}`);
}

function ownVersion(): string {
  const path = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}
