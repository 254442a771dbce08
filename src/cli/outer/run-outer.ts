import { CommandError, type Logger, type Clock } from '../../base/index.ts';
import type { RemoteNode } from '../../local/index.ts';
import { requireNode } from '../background/find-node.ts';
import { nodeFolder } from '../background/node-folder.ts';
import { JsonOutput } from '../output/json-output.ts';
import type { Output } from '../output/output.ts';
import { type OutputStream, StreamScreen } from '../output/screen.ts';
import { TextOutput } from '../output/text-output.ts';
import { checkWords } from '../shell/arguments.ts';
import { closeInTime } from '../shell/close-in-time.ts';
import type { ShellCommand, Typed } from '../shell/command.ts';
import { placeWords } from '../shell/place-words.ts';
import { CommandRunner, toCommandError } from '../shell/runner.ts';
import type { StopSignals } from '../shell/stop-signals.ts';
import type { Streams } from '../shell/streams.ts';
import { openAsker } from './asker.ts';
import { exitCodeOf, exitCodeOfError } from './exit-code.ts';
import { oneShotCommands, outerCommands } from './index.ts';
import { GLOBAL_OPTIONS, type Outer } from './outer-command.ts';

export interface OuterParts {
  readonly streams: Streams;
  /** Sentences, bars and questions go there, so that rows can be redirected. */
  readonly errors: OutputStream;
  readonly environment: NodeJS.ProcessEnv;
  readonly stop: StopSignals;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Runs the command of that name, of the program or of the node in the background; resolves with the exit code. */
export async function runOuter(name: string, words: readonly string[], parts: OuterParts): Promise<number> {
  const command = findCommand(name);
  const { globals, rest } = takeGlobals(command, words);
  const output = openOutput(globals.json, parts);
  try {
    if (globals.fault !== undefined) throw globals.fault;
    const outer = openOuter(nodeFolder(globals.data, parts.environment), globals.json, output, parts);
    const isOuter = outerCommands.some((each) => each === command);
    const outcome = isOuter
      ? await new CommandRunner(outerCommands, outer, output, parts.clock, 'asked').runWords(
          command.name,
          rest,
          outer.ask.secret,
          parts.stop.signal,
        )
      : await askNode(command, rest, outer);
    return outcome.ok ? exitCodeOf(outcome) : (parts.stop.exitCode() ?? exitCodeOf(outcome));
  } catch (error) {
    const told = toCommandError(error);
    output.error(command.name, told);
    return parts.stop.exitCode() ?? exitCodeOfError(told.code);
  }
}

function findCommand(name: string): ShellCommand<never> {
  const command = [...outerCommands, ...oneShotCommands].find((known) => known.name === name);
  if (command === undefined) throw new CommandError('UNKNOWN_COMMAND', `no command "${name}"`);
  return command;
}

async function askNode(command: Typed, words: readonly string[], outer: Outer) {
  const { dataDir, output, clock, stop } = outer;
  checkWords(command, words, true, 'asked'); // what is wrong in any case is told without a node, too
  const node = await requireNode(dataDir, clock);
  try {
    const runner = new CommandRunner(oneShotCommands, node, output, clock, 'asked');
    const outcome = await runner.runWords(command.name, words, outer.ask.secret, stop.signal);
    if (outcome.code === 'NOT_LOGGED_IN') await tellWhy(node, output);
    return outcome;
  } finally {
    await closeInTime(clock, node.close());
  }
}

/** A node that waits for a tracker to log in is not just one that nobody has logged in to. */
async function tellWhy(node: RemoteNode, output: Output): Promise<void> {
  const { state, text } = await node.nodeStatus();
  if (state === 'waiting') output.event({ type: 'notice', text });
}

interface Globals {
  readonly data: string | undefined;
  readonly json: boolean;
  readonly fault: CommandError | undefined;
}

/** Takes the options that all commands have out of the words. */
function takeGlobals(command: Typed, words: readonly string[]): { globals: Globals; rest: string[] } {
  const placed = placeWords({ ...command.options, ...GLOBAL_OPTIONS }, words);
  const taken = new Set<number>();
  let data: string | undefined;
  let json = false;
  let fault: CommandError | undefined;
  for (const word of placed) {
    if (word.is !== 'option' || !Object.hasOwn(GLOBAL_OPTIONS, word.name)) continue;
    taken.add(word.at);
    if (word.name === 'json') json = true;
    else if (word.value) {
      data = word.value;
      if (!words[word.at]?.includes('=')) taken.add(word.at + 1);
    } else fault = new CommandError('INVALID_ARGUMENTS', '--data lacks its <dir>');
  }
  return { globals: { data, json, fault }, rest: words.filter((_, at) => !taken.has(at)) };
}

function openOutput(json: boolean, { streams, errors, clock }: OuterParts): Output {
  const rows = new StreamScreen(streams.output, streams.terminalType);
  if (json) return new JsonOutput(rows);
  return new TextOutput(new StreamScreen(errors, streams.terminalType), clock, rows);
}

function openOuter(dataDir: string, json: boolean, output: Output, parts: OuterParts): Outer {
  const { streams, errors, stop } = parts;
  const ask = openAsker(streams.input, errors, streams.terminalType, stop.signal);
  return { ...parts, dataDir, json, output, ask };
}
