import { type Logger, programVersion, silentLogger, systemClock } from '../base/index.ts';

import { type ClientOptions, type TrackerOptions, parseInvocation } from './program.ts';
import { type StopSignals, catchStopSignals } from './shell/stop-signals.ts';
import { ownStreams } from './shell/streams.ts';

/** Read by rules of their own. */
const PROGRAM_NAMES: readonly (string | undefined)[] = ['client', 'tracker'];

/** Runs `mbt` with the words after its name; resolves with the exit code. CommandError: it could not start. */
export async function runMbt(args: readonly string[]): Promise<number> {
  if (args.length === 0) return printIntro();
  const { globals, rest } = leadingGlobals(args);
  const [first = 'help', ...others] = rest;
  const isHelp = first === 'help' || first === '--help' || first === '-h';
  const isProgram = PROGRAM_NAMES.includes(first) || (isHelp && PROGRAM_NAMES.includes(others[0]));
  if (isProgram || first === '--version' || first === '-V') return runProgram([...rest, ...globals]);
  if (first === '__complete') return complete(others);
  const { lessonText, nameMeant, overviewText } = await import('./outer/help.ts');
  const columns = process.stdout.columns ?? 80;
  if (isHelp) {
    const about = others.filter((word) => word !== '--json').join(' ');
    return print(about === '' ? overviewText(columns) : lessonText(about, columns));
  }
  const { name, words: own } = await splitName(rest);
  const words = [...globals, ...own];
  const asksHelp = words.slice(0, endOf(words)).some((word) => word === '--help' || word === '-h');
  const isJson = words.slice(0, endOf(words)).includes('--json');
  if (name === undefined && isJson)
    return tellUnknown(nameMeant(rest), () => lessonText(nameMeant(rest), columns));
  if (name === undefined || asksHelp) return print(lessonText(name ?? nameMeant(rest), columns));
  const { runOuter } = await import('./outer/run-outer.ts');
  return atWork(undefined, (log, stop) => {
    const streams = ownStreams();
    const environment = process.env;
    return runOuter(name, words, {
      streams,
      errors: process.stderr,
      environment,
      stop,
      clock: systemClock,
      log,
    });
  });
}

/** Prints `text`, or as JSON why there is none. */
async function tellUnknown(name: string, text: () => string): Promise<number> {
  try {
    return print(text());
  } catch (error) {
    const [{ JsonOutput }, { StreamScreen }, { toCommandError }, { exitCodeOfError }] = await Promise.all([
      import('./output/json-output.ts'),
      import('./output/screen.ts'),
      import('./shell/runner.ts'),
      import('./outer/exit-code.ts'),
    ]);
    const told = toCommandError(error);
    new JsonOutput(new StreamScreen(process.stdout, undefined)).error(name, told);
    return exitCodeOfError(told.code);
  }
}

function runProgram(args: readonly string[]): Promise<number> | number {
  const invocation = parseInvocation(args, programVersion());
  if (invocation.run === 'client') return startClient(invocation.options);
  if (invocation.run === 'tracker') return startTracker(invocation.options);
  (invocation.exitCode === 0 ? process.stdout : process.stderr).write(invocation.text);
  return invocation.exitCode;
}

/** `--json` and `--data DIR` may stand before the command, too. */
function leadingGlobals(args: readonly string[]): { globals: string[]; rest: readonly string[] } {
  let count = 0;
  for (let word = args[0]; word?.startsWith('--'); word = args[count]) {
    if (word === '--json' || word.startsWith('--data=')) count += 1;
    else if (word === '--data') count += 2;
    else break;
  }
  return { globals: args.slice(0, count), rest: args.slice(count) };
}

/** A command's name of one word or two, and what follows it; UNKNOWN_COMMAND where the first is none. */
async function splitName(
  args: readonly string[],
): Promise<{ readonly name: string | undefined; readonly words: readonly string[] }> {
  const { findCommand } = await import('./outer/help.ts');
  const two = args.length > 1 ? findCommand(args.slice(0, 2).join(' ')) : undefined;
  if (two !== undefined) return { name: two.name, words: args.slice(2) };
  const one = findCommand(args[0] ?? '');
  return { name: one?.name, words: args.slice(1) };
}

const endOf = (words: readonly string[]): number =>
  words.includes('--') ? words.indexOf('--') : words.length;

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

async function printIntro(): Promise<number> {
  const [{ introText }, { nodeFolder }] = await Promise.all([
    import('./outer/intro.ts'),
    import('./background/node-folder.ts'),
  ]);
  return print(
    await introText(nodeFolder(undefined), process.env, systemClock, process.stdout.columns ?? 80),
  );
}

/** Asked by the completion of shells: `[--quoted] -- words`. */
async function complete(args: readonly string[]): Promise<number> {
  const [{ completeWords }, { allCommands }, { PROGRAM_COMMANDS }] = await Promise.all([
    import('./outer/complete.ts'),
    import('./outer/index.ts'),
    import('./outer/manual.ts'),
  ]);
  const commands = [
    ...allCommands(),
    ...PROGRAM_COMMANDS,
    { name: 'help', params: [{ name: 'command', kind: 'command' as const }] },
  ];
  const words = args.slice(args.indexOf('--') + 1);
  const hits = await completeWords(commands, words, args[0] === '--quoted', systemClock);
  return print(hits.map((hit) => `${hit}\n`).join(''));
}

/** The rooms are loaded only when they are needed: `mbt help` answers at once. */
function startClient(options: ClientOptions): Promise<number> {
  return atWork(options.logFile, async (log, stop) => {
    const { runClient } = await import('./client.ts');
    const node = (await attached(options)) ?? (await ownNode(options, log));
    return runClient({ node, face: options, streams: ownStreams(), stop, clock: systemClock });
  });
}

/** The node in the background that has the data folder already. */
async function attached({ dataDir, json }: ClientOptions) {
  if (dataDir === undefined) return undefined;
  const { findNode } = await import('./background/find-node.ts');
  const node = await findNode(dataDir);
  if (node === undefined) return undefined;
  const text = `a node in the background has ${dataDir}: this shell speaks to it, with its address and trackers`;
  process.stdout.write(`${json ? JSON.stringify({ type: 'notice', text }) : `NOTICE: ${text}`}\n`);
  return node;
}

async function ownNode(options: ClientOptions, log: Logger) {
  const { openNode } = await import('../node/index.ts');
  return openNode({
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
  const opened = logFile === undefined ? undefined : (await import('./log-file.ts')).openLog(logFile);
  const stop = catchStopSignals(process);
  process.stdout.once('error', () => stop.stop('SIGHUP'));
  process.stdin.on('error', () => undefined); // a terminal that went away: its end is told, too
  try {
    return await work(opened?.log ?? silentLogger, stop);
  } finally {
    stop.close();
    opened?.close();
  }
}
