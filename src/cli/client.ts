import { join } from 'node:path';
import { type Clock, CommandError, within } from '../base/index.ts';
import { nodeCommands } from './commands/index.ts';
import { type NodeTarget, isInBackground } from './commands/node-command.ts';
import { withDownloadBars } from './commands/wait-downloads.ts';
import { JsonOutput } from './output/json-output.ts';
import type { Output } from './output/output.ts';
import { StreamScreen } from './output/screen.ts';
import { TextOutput } from './output/text-output.ts';
import { readLines, runBatch } from './shell/batch.ts';
import { closeInTime } from './shell/close-in-time.ts';
import { Completer } from './shell/completion.ts';
import { HistoryFile, toHistory } from './shell/history.ts';
import { InteractiveShell } from './shell/interactive.ts';
import { CommandRunner, toCommandError } from './shell/runner.ts';
import { type StopSignals, untilAborted } from './shell/stop-signals.ts';
import type { Streams } from './shell/streams.ts';
import { escapeControls } from './text/escape-controls.ts';

export interface FaceOptions {
  readonly json: boolean;
  /** After the last line of a batch, go on sharing until stopped. */
  readonly stay: boolean;
}

/** Who presses Tab wants to go on typing; without names by then there are none. */
const COMPLETION_LIMIT_MS = 1000;

/** What a face is made of. */
export interface ClientParts {
  /** Its own, or one in the background, which goes on when the face is closed. */
  readonly node: NodeTarget;
  readonly face: FaceOptions;
  readonly streams: Streams;
  readonly stop: StopSignals;
  readonly clock: Clock;
}

/**
 * One user's face of `node`: a shell where people type at a terminal, else a batch of lines. Closes the node, or the
 * way to it, and resolves with the exit code.
 */
export async function runClient(parts: ClientParts): Promise<number> {
  const { node, face, streams, stop, clock } = parts;
  const screen = new StreamScreen(streams.output, streams.terminalType);
  const output: Output = face.json ? new JsonOutput(screen) : new TextOutput(screen, clock);
  let downloadFailed = false;
  const deafen = node.onEvent((event) => {
    downloadFailed ||= event.type === 'failed';
    output.event(event);
  });
  const runner = new CommandRunner(nodeCommands, node, output, clock);
  try {
    if (streams.input.isTTY === true && streams.output.isTTY === true) {
      await runShell(parts, runner, screen);
      return stop.exitCode() ?? 0;
    }
    const batch = await runBatch(readLines(streams.input, stop.signal), runner, stop.signal);
    const goesOn = batch.quit || isInBackground(node);
    const waited = goesOn || (await waitAtEnd(node, output, clock, stop.signal));
    const interrupted = stop.exitCode();
    if (interrupted !== undefined) return interrupted;
    if (face.stay && !goesOn) await untilAborted(stop.signal);
    return batch.failed || !waited || downloadFailed ? 1 : 0;
  } finally {
    await closeInTime(clock, node.close());
    deafen();
  }
}

async function runShell(
  { node, face, streams, stop, clock }: ClientParts,
  runner: CommandRunner<NodeTarget>,
  screen: StreamScreen,
): Promise<void> {
  const { lines, dataDir, user } = await greeting(node);
  if (!face.json) screen.print(lines.map((line) => escapeControls(line)));
  await InteractiveShell.run(
    {
      input: streams.input,
      output: streams.output,
      screen,
      runner,
      completer: new Completer(nodeCommands, (kind, group) =>
        within(clock, COMPLETION_LIMIT_MS, node.completions(kind, group), () => new Error('too slow')),
      ),
      history: new HistoryFile(join(dataDir, 'history')),
      toHistory: (line) => toHistory(line, nodeCommands),
      name: 'mbt',
      user,
      watchUser: (tell) => watchUser(node, tell),
      onResume: streams.onResume,
    },
    stop.signal,
  );
}

interface Greeting {
  readonly lines: readonly string[];
  readonly dataDir: string;
  readonly user: string | null;
}

async function greeting(node: NodeTarget): Promise<Greeting> {
  if (!isInBackground(node)) {
    const { listening, dataDir, user } = await node.status();
    const lines = [
      `Mini-BitTorrent. Peers connect to ${listening}; data in ${dataDir}`,
      'Type help for the commands; login or create_user to begin; quit to leave.',
    ];
    return { lines, dataDir, user };
  }
  const { pid, dataDir, user, text } = await node.nodeStatus();
  const lines = [
    `Mini-BitTorrent, speaking to the node in the background (pid ${pid}); data in ${dataDir}`,
    'Type help for the commands; quit leaves this shell, and the node runs on.',
  ];
  return { lines: text === '' ? lines : [...lines, text], dataDir, user };
}

/** Tells who is logged in whenever that may have changed by another face of the node. */
function watchUser(node: NodeTarget, tell: (user: string | null) => void): () => void {
  return node.onChange(({ what }) => {
    if (what !== 'account') return;
    node
      .whoami()
      .then(({ user }) => tell(user))
      .catch((error: unknown) => {
        if (error instanceof CommandError && error.code === 'NOT_LOGGED_IN') tell(null);
      });
  });
}

/** True when all downloads came to a good end, or nobody is logged in who could have any. */
async function waitAtEnd(
  node: NodeTarget,
  output: Output,
  clock: Clock,
  signal: AbortSignal,
): Promise<boolean> {
  if (signal.aborted) return false;
  try {
    const out = output.command('wait_downloads');
    await withDownloadBars(node, out, clock, () => node.waitDownloads(undefined, signal));
    return true;
  } catch (error) {
    if (error instanceof CommandError && error.code === 'NOT_LOGGED_IN') return true;
    output.error('wait_downloads', toCommandError(error));
    return false;
  }
}
