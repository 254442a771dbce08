import { join } from 'node:path';
import type { Clock } from '../base/index.ts';
import type { Tracker } from '../tracker/index.ts';
import { StreamScreen } from './output/screen.ts';
import { TextOutput } from './output/text-output.ts';
import { readLines, runBatch } from './shell/batch.ts';
import { closeInTime } from './shell/close-in-time.ts';
import { Completer } from './shell/completion.ts';
import { HistoryFile, toHistory } from './shell/history.ts';
import { InteractiveShell } from './shell/interactive.ts';
import { CommandRunner } from './shell/runner.ts';
import { type StopSignals, untilAborted } from './shell/stop-signals.ts';
import type { Streams } from './shell/streams.ts';
import { tellFaults, trackerCommands } from './tracker-commands/index.ts';

/**
 * The console of a tracker, until `quit` or a signal; the end of its input ends nothing. Closes the tracker
 * and resolves with the exit code.
 */
export async function runTrackerConsole(
  tracker: Tracker,
  streams: Streams,
  stop: StopSignals,
  clock: Clock,
): Promise<number> {
  const screen = new StreamScreen(streams.output, streams.terminalType);
  const output = new TextOutput(screen, clock);
  const runner = new CommandRunner(trackerCommands, tracker, output, clock);
  const status = await tracker.status();
  const { line, dataDir } = status;
  output.success('tracker', { text: `tracker ${line} listening on ${tracker.address}` });
  tellFaults(status, output.command());
  try {
    if (streams.input.isTTY !== true) await readPipe(runner, streams, stop.signal);
    else if (!streams.inForeground) await untilAborted(stop.signal);
    else await runShell({ ...streams, screen, runner, name: `tracker ${line}`, dataDir }, stop.signal);
    return 0;
  } finally {
    await closeInTime(clock, tracker.close());
  }
}

async function readPipe(
  runner: CommandRunner<Tracker>,
  streams: Streams,
  signal: AbortSignal,
): Promise<void> {
  const { quit } = await runBatch(readLines(streams.input, signal), runner, signal);
  if (!quit) await untilAborted(signal);
}

interface ConsoleParts extends Streams {
  readonly screen: StreamScreen;
  readonly runner: CommandRunner<Tracker>;
  readonly name: string;
  readonly dataDir: string;
}

/** After Ctrl-D the console is there again: a slip must not stop a tracker. */
async function runShell(parts: ConsoleParts, signal: AbortSignal): Promise<void> {
  const options = {
    ...parts,
    completer: new Completer(trackerCommands, async () => []),
    history: new HistoryFile(join(parts.dataDir, 'history')),
    toHistory: (line: string) => toHistory(line, trackerCommands),
  };
  while ((await InteractiveShell.run(options, signal)) === 'input ended') {
    if (parts.input.readableEnded) return untilAborted(signal);
    parts.screen.print(['(the tracker goes on; quit, or Ctrl-C twice, stops it)']);
  }
}
