import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { TerminalModel } from '../../support/terminal-model.ts';
import { mbt, withinLimit } from './mbt-process.ts';

/** Whether this machine has the `script` of util-linux, which makes terminals; that of BSD takes other options. */
export const hasTerminals = spawnSync('script', ['--version']).status === 0;

/** `mbt …` at a terminal of its own, as a person sits before it. */
export class MbtTerminal {
  readonly screen: TerminalModel;
  readonly child: ChildProcess;
  /** All that was written to the terminal. */
  raw = '';
  readonly #ended: Promise<number>;

  constructor(args: readonly string[], environment: NodeJS.ProcessEnv, cwd: string, columns = 80) {
    this.screen = new TerminalModel(columns);
    const words = [mbt, ...args].map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ');
    const command = `stty cols ${columns} rows 24; exec ${words}`;
    this.child = spawn('script', ['-q', '-e', '-f', '-c', command, '/dev/null'], {
      env: environment,
      cwd,
      stdio: 'pipe',
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.raw += text;
      this.screen.write(text);
    });
    this.child.stdin?.on('error', () => undefined);
    this.#ended = once(this.child, 'close').then(([code]) => (typeof code === 'number' ? code : 255));
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Presses keys; `\r` is Enter. */
  type(keys: string): void {
    this.child.stdin?.write(keys);
  }

  /** Waits until the text stands on the screen. */
  sees(text: string): Promise<void> {
    return this.#until((screen) => screen.includes(text), JSON.stringify(text));
  }

  /** Waits until the cursor stands right after `line`, at the start of whose row nothing else is. */
  prompts(line: string): Promise<void> {
    return this.#until(() => this.screen.beforeCursor().trimEnd() === line.trimEnd(), `the line "${line}"`);
  }

  /** Types a command and waits until its SUCCESS or ERROR is on the screen; gives that line. */
  async run(line: string): Promise<string> {
    const before = this.#ends().length;
    this.type(`${line}\r`);
    await this.#until(() => this.#ends().length > before, `the end of "${line}"`);
    return this.#ends().at(-1) ?? '';
  }

  exit(): Promise<number> {
    return withinLimit(this.#ended, () => `${this.screen.text()}\nit does not end`);
  }

  /** The terminal is gone. */
  async stop(): Promise<number> {
    this.child.kill('SIGTERM');
    return this.exit();
  }

  #ends(): string[] {
    return this.screen.lines().filter((line) => /^(SUCCESS|ERROR): /.test(line));
  }

  #until(sees: (text: string) => boolean, what: string): Promise<void> {
    return withinLimit(this.screen.until(sees), () => `${this.screen.text()}\nwaited in vain for ${what}`);
  }
}
