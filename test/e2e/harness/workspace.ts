import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../support/free-ports.ts';
import { MbtProcess, mbt } from './mbt-process.ts';
import { MbtTerminal } from './mbt-terminal.ts';

export const PASSWORD = 'seven-geese-swim-north';

/**
 * A folder, trackers and clients of one test, far from the user's own: HOME and TMPDIR lie inside. `close`
 * ends every process and fails if anything is left behind.
 */
export class Workspace {
  readonly folder: string;
  readonly trackers: MbtProcess[] = [];
  readonly #trackerOptions: readonly string[];
  readonly #processes: (MbtProcess | MbtTerminal)[] = [];

  private constructor(folder: string, trackerOptions: readonly string[]) {
    this.folder = folder;
    this.#trackerOptions = trackerOptions;
  }

  /** `options`: with which each tracker is started. */
  static async open(trackers = 0, ...options: string[]): Promise<Workspace> {
    const built = new URL('../../../dist/cli/main.js', import.meta.url);
    if (!existsSync(built)) throw new Error('these tests run what is built: npm run build first');
    const workspace = new Workspace(await mkdtemp(join(tmpdir(), 'mbt-e2e-')), options);
    await Promise.all(['home', 'tmp'].map((name) => mkdir(workspace.path(name))));
    const ports = await freePorts(trackers);
    await writeFile(workspace.trackersFile, ports.map((port) => `127.0.0.1:${port}\n`).join(''));
    await Promise.all(ports.map((_, at) => workspace.startTracker(at + 1)));
    return workspace;
  }

  get trackersFile(): string {
    return this.path('tracker_info.txt');
  }

  path(...parts: string[]): string {
    return join(this.folder, ...parts);
  }

  /** Starts the tracker of line `n`, from 1, and waits until it listens. Its data is kept between starts. */
  async startTracker(n: number): Promise<MbtProcess> {
    const data = this.path(`tracker-${n}`);
    const args = ['tracker', this.trackersFile, String(n), '--data', data, ...this.#trackerOptions];
    const tracker = this.process(`tracker ${n}`, args);
    this.trackers[n - 1] = tracker;
    await tracker.answer('its port');
    return tracker;
  }

  /** A client behind pipes; the same name has the same data folder. */
  client(name: string, ...options: string[]): MbtProcess {
    return this.process(name, this.#clientArgs(name, options));
  }

  /** A client for which the folder `mounted` is a disk of its own, of `bytes`; see `canMount`. */
  clientWithDisk(name: string, mounted: string, bytes: number): MbtProcess {
    const script = `mount -t tmpfs -o size=${bytes} none "$0" && exec "$@"`;
    const words = ['-m', 'sh', '-c', script, mounted, mbt, ...this.#clientArgs(name, [])];
    return this.process(name, words, 'unshare');
  }

  /** A client behind pipes whose new user of the same name is logged in. */
  async member(name: string, ...options: string[]): Promise<MbtProcess> {
    const client = this.client(name, ...options);
    await client.ok(`create_user ${name} ${PASSWORD}`);
    await client.ok(`login ${name} ${PASSWORD}`);
    return client;
  }

  /** A client at a terminal. */
  terminal(name: string, columns?: number, environment: NodeJS.ProcessEnv = {}): MbtTerminal {
    const args = this.#clientArgs(name, []);
    const terminal = new MbtTerminal(args, { ...this.#environment(), ...environment }, this.folder, columns);
    this.#processes.push(terminal);
    return terminal;
  }

  /** `mbt` with any words, or a program that becomes it. */
  process(name: string, args: readonly string[], program?: string): MbtProcess {
    const started = new MbtProcess(name, args, this.#environment(), this.folder, program);
    this.#processes.push(started);
    return started;
  }

  /** Ends what still runs, removes the folder, and throws if something was left or did not want to end. */
  async close(): Promise<void> {
    const clients = this.#processes.filter((process) => !this.trackers.includes(process as MbtProcess));
    const left = [...(await endAll(clients)), ...(await endAll(this.trackers))];
    left.push(...processesMentioning(this.folder));
    left.push(...(await readdir(this.path('tmp'))).map((name) => `tmp/${name}`));
    await rm(this.folder, { recursive: true, force: true });
    if (left.length > 0) throw new Error(`left behind: ${left.join(', ')}`);
  }

  #clientArgs(name: string, options: readonly string[]): string[] {
    return ['client', '127.0.0.1:0', this.trackersFile, '--data', this.path(`client-${name}`), ...options];
  }

  #environment(): NodeJS.ProcessEnv {
    const { PATH } = process.env;
    return { PATH, HOME: this.path('home'), TMPDIR: this.path('tmp'), TERM: 'xterm', LANG: 'C.UTF-8' };
  }
}

/** Whether a process may have file systems of its own here: on Linux, as root. */
export const canMount = (): boolean =>
  spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'none', tmpdir()]).status === 0;

/** Runs a shell line among the file systems that `process` sees. */
export function amongDisksOf(process: MbtProcess, line: string): void {
  const ran = spawnSync('nsenter', ['-t', String(process.child.pid), '-m', 'sh', '-c', line]);
  if (ran.status !== 0) throw new Error(`${line}: ${ran.stderr.toString()}`);
}

/** Ends those that still run; names those that had to be killed. */
async function endAll(processes: readonly (MbtProcess | MbtTerminal)[]): Promise<string[]> {
  const ends = processes
    .filter((process) => process.running)
    .map(async (process) => {
      try {
        await process.stop();
        return [];
      } catch {
        process.child.kill('SIGKILL');
        return [`process ${process.child.pid} had to be killed`];
      }
    });
  return (await Promise.all(ends)).flat();
}

/** Where the system shows its processes as files: those whose command line names `folder`. */
export function processesMentioning(folder: string): string[] {
  if (!existsSync('/proc/self/cmdline')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => commandLine(pid).includes(folder))
    .map((pid) => `process ${pid}: ${commandLine(pid)}`);
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return ''; // gone meanwhile
  }
}
