import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { type PeerAddress, parsePeerAddress } from './peer-address.ts';

/** `mbt client`, as typed. */
export interface ClientOptions {
  readonly listen: PeerAddress;
  readonly trackersFile: string;
  readonly dataDir: string | undefined;
  readonly json: boolean;
  readonly stay: boolean;
  readonly minPassword: boolean;
  /** Ceilings in bytes a second; undefined for none. */
  readonly upLimit: number | undefined;
  readonly downLimit: number | undefined;
  readonly logFile: string | undefined;
}

/** `mbt tracker`, as typed. */
export interface TrackerOptions {
  readonly trackersFile: string;
  /** Which tracker line of the file this is, from 1. */
  readonly line: number;
  readonly dataDir: string | undefined;
  /** Where other BitTorrent programs may announce; undefined for nowhere. */
  readonly announce: PeerAddress | undefined;
  readonly logFile: string | undefined;
}

/** What a command line asks for. `text` is printed and ends with `exitCode`: help, version, wrong usage. */
export type Invocation =
  | { readonly run: 'client'; readonly options: ClientOptions }
  | { readonly run: 'tracker'; readonly options: TrackerOptions }
  | { readonly run: 'text'; readonly text: string; readonly exitCode: 0 | 2 };

/** Reads the words after `mbt` that ask for a client, a tracker or the version. Wrong usage comes back as text with exit code 2. */
export function parseInvocation(args: readonly string[], version: string): Invocation {
  let invocation: Invocation | undefined;
  let text = '';
  const program = buildProgram(
    version,
    (asked) => (invocation = asked),
    (written) => (text += written),
  );
  try {
    program.parse([...args], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { run: 'text', text, exitCode: error.exitCode === 0 ? 0 : 2 };
  }
  return invocation ?? { run: 'text', text: program.helpInformation(), exitCode: 2 };
}

function buildProgram(
  version: string,
  onInvocation: (invocation: Invocation) => void,
  write: (text: string) => void,
): Command {
  const program = new Command('mbt')
    .description('Share large files within a group of people: encrypted, from peer to peer.')
    .version(version, '-V, --version', 'print the version')
    .helpCommand('help [command]', 'how to use a command')
    .exitOverride()
    .configureOutput({ writeOut: write, writeErr: write })
    .showHelpAfterError('(mbt help tells how it is used)');
  for (const command of [clientCommand(onInvocation), trackerCommand(onInvocation)]) {
    const help = `(mbt help ${command.name()} tells how it is used)`;
    program.addCommand(command.copyInheritedSettings(program).showHelpAfterError(help));
  }
  return program;
}

interface ClientFlags {
  data?: string;
  json?: true;
  stay?: true;
  minPassword?: true;
  upLimit?: number;
  downLimit?: number;
  log?: string;
}

function clientCommand(onInvocation: (invocation: Invocation) => void): Command {
  return new Command('client')
    .description('The shell of one user. With input from a file or pipe it runs the lines in order.')
    .argument('<ip:port>', 'where members connect to this client; port 0 takes any free one', toAddress)
    .argument('<tracker_info.txt>', 'the list of trackers')
    .option('--data <dir>', 'keep keys, history and records of downloads there (default: the first unused)')
    .option('--json', 'print a JSON object a line')
    .option('--stay', 'after the last line of a file or pipe, keep sharing until stopped')
    .option('--min-password', 'refuse weak passwords instead of warning')
    .option('--up-limit <MiB/s>', 'send no faster in all', toRate)
    .option('--down-limit <MiB/s>', 'receive no faster in all', toRate)
    .option('--log <file>', 'write a log for finding faults there; - for standard error')
    .action((listen: PeerAddress, trackersFile: string, flags: ClientFlags) => {
      onInvocation({ run: 'client', options: toClientOptions(listen, trackersFile, flags) });
    });
}

function toClientOptions(listen: PeerAddress, trackersFile: string, flags: ClientFlags): ClientOptions {
  return {
    listen,
    trackersFile,
    dataDir: flags.data,
    json: flags.json === true,
    stay: flags.stay === true,
    minPassword: flags.minPassword === true,
    upLimit: flags.upLimit,
    downLimit: flags.downLimit,
    logFile: flags.log,
  };
}

interface TrackerFlags {
  data?: string;
  announce?: PeerAddress;
  log?: string;
}

function trackerCommand(onInvocation: (invocation: Invocation) => void): Command {
  return new Command('tracker')
    .description('One tracker of the list, with a console: status, sync, quit.')
    .argument('<tracker_info.txt>', 'the list of trackers, the same for all of them and for the clients')
    .argument('<n>', 'which line of the list this one is, from 1', toLineNumber)
    .option('--data <dir>', 'keep its database there')
    .option(
      '--announce <ip:port>',
      'let members announce there from other BitTorrent programs, by plain HTTP (default: nowhere)',
      toAddress,
    )
    .option('--log <file>', 'write a log for finding faults there; - for standard error')
    .action((trackersFile: string, line: number, flags: TrackerFlags) => {
      onInvocation({
        run: 'tracker',
        options: { trackersFile, line, dataDir: flags.data, announce: flags.announce, logFile: flags.log },
      });
    });
}

function toAddress(text: string): PeerAddress {
  const address = parsePeerAddress(text);
  if (typeof address === 'string') throw new InvalidArgumentError(address);
  return address;
}

function toLineNumber(text: string): number {
  if (/^[1-9]\d{0,3}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected the number of a line, from 1');
}

function toRate(text: string): number {
  const mebibytes = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && mebibytes > 0) return Math.max(1, Math.round(mebibytes * 2 ** 20));
  throw new InvalidArgumentError('expected MiB a second, such as 2.5');
}
