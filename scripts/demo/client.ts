import { type Clock, deferred, type Deferred, within } from '../../src/base/index.ts';
import { quoteWord } from '../../src/cli/text/quote.ts';
import type { MbtProcess } from './mbt-process.ts';
import type { Stage } from './stage.ts';

/** What a command printed: its rows, and the values of its SUCCESS or the code of its ERROR. */
export interface Reply {
  readonly ok: boolean;
  readonly code: string;
  readonly text: string;
  readonly rows: readonly unknown[];
  readonly fields: Readonly<Record<string, unknown>>;
}

interface Line extends Readonly<Record<string, unknown>> {
  readonly type: string;
}

const COMMAND_LIMIT_MS = 90_000;
/** Last lines of a client that ended unasked. */
const SAID_SHOWN = 12;

export interface ClientOptions {
  readonly stage: Pick<Stage, 'start'>;
  readonly clock: Clock;
  readonly trackersFile: string;
  readonly name: string;
  readonly dataFolder: string;
  /** Where its peers connect; loopback unless it has an address of its own. */
  readonly listenHost?: string;
  /** Ceiling of what it gives to all others together; undefined: none. */
  readonly upBytesPerSecond?: number | undefined;
}

/** A person at an `mbt client --json`: one command after the other. */
export class Client {
  readonly name: string;
  readonly process: MbtProcess;
  readonly #clock: Clock;
  #rows: unknown[] = [];
  #waiting: { readonly command: string; readonly reply: Deferred<Reply> } | undefined;
  #wasToldNo = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: ClientOptions) {
    this.name = options.name;
    this.#clock = options.clock;
    const limit = options.upBytesPerSecond;
    const address = `${options.listenHost ?? '127.0.0.1'}:0`;
    const args = ['client', address, options.trackersFile, '--data', options.dataFolder, '--json'];
    if (limit !== undefined) args.push('--up-limit', (limit / 2 ** 20).toFixed(3));
    this.process = options.stage.start(options.name, args, (line) => this.#onLine(line));
    void this.process.end.then(() => this.#waiting?.reply.reject(this.#gone()));
  }

  /** A command of this client has failed, as its exit code will say. */
  get wasToldNo(): boolean {
    return this.#wasToldNo;
  }

  /** Runs a command when those before it have ended. Rejects only when the client is gone or hangs. */
  run(command: string, ...args: string[]): Promise<Reply> {
    const next = this.#last.then(() => this.#ask(command, args));
    this.#last = next.catch(() => undefined);
    return next;
  }

  /** Runs a command that must succeed. */
  async must(command: string, ...args: string[]): Promise<Reply> {
    const reply = await this.run(command, ...args);
    if (!reply.ok) throw new Error(`${this.name}: ${command}: ${reply.code}: ${reply.text}`);
    return reply;
  }

  /** Rows of a list command. The client promises their shape (src/node/commands.ts). */
  async rows<Row>(command: string, ...args: string[]): Promise<readonly Row[]> {
    return (await this.must(command, ...args)).rows as readonly Row[];
  }

  /** Leaves as a person would; resolves to the exit code, null when it had to be killed. */
  async quit(): Promise<number | null> {
    this.process.type('quit');
    const ended = this.process.end.then(({ code }) => code);
    return within(this.#clock, 15_000, ended, () => new Error('late')).catch(async () => {
      await this.process.kill();
      return null;
    });
  }

  async #ask(command: string, args: readonly string[]): Promise<Reply> {
    if (this.process.hasEnded) throw this.#gone();
    const reply = deferred<Reply>();
    this.#rows = [];
    this.#waiting = { command, reply };
    this.process.type([command, ...args.map(quoteWord)].join(' '));
    const late = (): Error =>
      new Error(`${this.name}: ${command} has not answered in ${COMMAND_LIMIT_MS} ms`);
    try {
      return await within(this.#clock, COMMAND_LIMIT_MS, reply.promise, late);
    } finally {
      this.#waiting = undefined;
    }
  }

  #onLine(text: string): void {
    const line = parseLine(text);
    if (!line || line['command'] !== this.#waiting?.command) return;
    if (line.type === 'row') this.#rows.push(line);
    if (line.type !== 'success' && line.type !== 'error') return;
    const { code, text: words } = line;
    this.#wasToldNo ||= line.type === 'error';
    this.#waiting?.reply.resolve({
      ok: line.type === 'success',
      code: typeof code === 'string' ? code : '',
      text: typeof words === 'string' ? words : '',
      rows: this.#rows,
      fields: line,
    });
  }

  #gone(): Error {
    return new Error(
      `${this.name}: the client has ended: ${this.process.said.slice(-SAID_SHOWN).join(' / ')}`,
    );
  }
}

function parseLine(text: string): Line | undefined {
  try {
    const value = JSON.parse(text) as Partial<Line> | null;
    return typeof value?.type === 'string' ? { ...value, type: value.type } : undefined;
  } catch {
    return undefined;
  }
}
