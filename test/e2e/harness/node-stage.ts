import type { MbtProcess } from './mbt-process.ts';
import { MbtTerminal } from './mbt-terminal.ts';
import { PASSWORD, type Workspace } from './workspace.ts';

/** What one run of `mbt` came to. */
export interface Ran {
  readonly code: number;
  readonly rows: readonly string[];
  readonly said: string;
}

/** A person with a node in the background of their own. */
export class NodeUser {
  readonly name: string;
  readonly dataDir: string;
  readonly #workspace: Workspace;

  constructor(workspace: Workspace, name: string) {
    this.#workspace = workspace;
    this.name = name;
    this.dataDir = workspace.path(`node-${name}`);
  }

  /** Runs `mbt <words>` against this person's node, `lines` as its standard input. */
  async mbt(words: readonly string[], ...lines: string[]): Promise<Ran> {
    const ran = this.begin(words);
    for (const line of lines) ran.type(line);
    ran.end();
    const code = await ran.exit();
    return { code, rows: ran.lines, said: ran.stderr };
  }

  begin(words: readonly string[]): MbtProcess {
    return this.#workspace.process(this.name, [...words, '--data', this.dataDir]);
  }

  /** The rows of a command that must succeed. */
  async ok(words: readonly string[], ...lines: string[]): Promise<readonly string[]> {
    const { code, rows, said } = await this.mbt(words, ...lines);
    if (code !== 0)
      throw new Error(`${this.name}: mbt ${words.join(' ')} -> ${code}\n${rows.join('\n')}\n${said}`);
    return rows;
  }

  /** Starts the node, makes the account of this name and logs in, to stay so. */
  async begins(...options: string[]): Promise<this> {
    const trackers = ['--trackers', this.#workspace.trackersFile];
    await this.ok(['node', 'start', ...trackers, '--listen', '127.0.0.1:0', '--no-desktop', ...options]);
    await this.ok(['create_user', this.name], PASSWORD);
    await this.ok(['login', this.name, '--remember'], PASSWORD);
    return this;
  }

  /** A property that `mbt node status` tells. */
  async property(name: string): Promise<string | undefined> {
    const rows = await this.ok(['node', 'status']);
    return rows.map((row) => row.split('\t')).find(([first]) => first === name)?.[1];
  }

  async pid(): Promise<number> {
    return Number(await this.property('pid'));
  }

  /** `mbt` at a terminal of its own. */
  terminal(words: readonly string[], columns = 80): MbtTerminal {
    const { PATH } = process.env;
    const environment = {
      PATH,
      HOME: this.#workspace.path('home'),
      TMPDIR: this.#workspace.path('tmp'),
      TERM: 'xterm',
      LANG: 'C.UTF-8',
    };
    return new MbtTerminal([...words, '--data', this.dataDir], environment, this.#workspace.folder, columns);
  }

  async stop(): Promise<void> {
    await this.mbt(['node', 'stop']);
  }
}
