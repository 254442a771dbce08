import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { mbt, withinLimit } from '../e2e/harness/mbt-process.ts';
import { TerminalModel } from '../support/terminal-model.ts';
import { type Step, shows } from './console-blocks.ts';

const COLUMNS = 160;
const READER_PASSWORD = 'seven-geese-swim-north';
/** What stands before the cursor when something is asked, and what is answered. */
const ANSWERS: readonly (readonly [RegExp, (name: string) => string])[] = [
  [/(?:[Pp]assword|The same again): ?$/, () => READER_PASSWORD],
  [/ name for it: ?$/, (name) => name],
  [/\[y\/N\] ?$/, () => 'n'],
  [/\[Y\/n\] ?$/, () => ''],
];

/** Someone who follows a page at a terminal of an own machine: a shell with an own home folder. */
export class Reader {
  readonly name: string;
  readonly screen = new TerminalModel(COLUMNS);
  readonly #shell: ChildProcess;
  readonly #ended: Promise<unknown>;

  private constructor(name: string, shell: ChildProcess) {
    this.name = name;
    this.#shell = shell;
    this.#ended = once(shell, 'close');
    shell.stdin?.on('error', () => undefined);
    shell.stdout?.setEncoding('utf8').on('data', (text: string) => this.screen.write(text));
  }

  static async sitDown(name: string, folder: string): Promise<Reader> {
    const home = join(folder, name);
    await Promise.all([mkdir(home, { recursive: true }), mkdir(join(folder, 'tmp'), { recursive: true })]);
    const environment = {
      PATH: `${dirname(mbt)}:${process.env.PATH}`,
      HOME: home,
      TMPDIR: join(folder, 'tmp'),
      TERM: 'xterm',
      LANG: 'C.UTF-8',
      NO_COLOR: '1',
      PS1: `${name}$ `,
    };
    const line = `stty cols ${COLUMNS} rows 50; exec bash --norc --noprofile -i`;
    const shell = spawn('script', ['-q', '-e', '-f', '-c', line, '/dev/null'], {
      env: environment,
      cwd: home,
      stdio: 'pipe',
    });
    const reader = new Reader(name, shell);
    await reader.#until(() => reader.#isAtPrompt(), 'a prompt');
    return reader;
  }

  /** Types the command, answers what is asked unseen, and waits until all that the page shows is there. */
  async follow(step: Step, substitute: (text: string) => string): Promise<void> {
    await this.#until(() => this.#isAtPrompt(), `the prompt before ${step.at}`);
    const from = this.#printed().length - 2;
    this.#type(`${substitute(step.command)}\r`);
    const shown = step.shown.map(substitute);
    let answered = '';
    await this.#until(
      () => {
        const printed = this.#printed().slice(from);
        const asked = this.screen.beforeCursor();
        const question = `${printed.length} ${asked}`;
        const answer = ANSWERS.find(([asks]) => asks.test(asked))?.[1];
        if (answer !== undefined && question !== answered) {
          answered = question;
          this.#type(`${answer(this.name)}\r`);
        }
        return shows(printed.slice(1), shown) && (shown.length > 0 || this.#isAtPrompt());
      },
      `what ${step.at} shows:\n${shown.join('\n')}\n`,
    );
  }

  /** Invitations on the screen. */
  links(): string[] {
    return (
      this.#printed()
        .join('\n')
        .match(/mbt:\/\/join\/[\w-]+/g) ?? []
    );
  }

  /** Ends what runs at the terminal, and the shell. */
  async leave(): Promise<void> {
    this.#shell.kill('SIGTERM');
    await withinLimit(this.#ended, () => `${this.name}'s shell does not end`);
  }

  /** All lines so far, each put together where it was broken at the terminal's edge. */
  #printed(): string[] {
    const parts = this.screen.lines().map((line) => (line.length === COLUMNS ? line : `${line}\n`));
    return parts.join('').split('\n');
  }

  #isAtPrompt(): boolean {
    return this.screen.beforeCursor() === `${this.name}$ `;
  }

  #type(keys: string): void {
    this.#shell.stdin?.write(keys);
  }

  #until(holds: () => boolean, what: string): Promise<void> {
    const seen = this.screen.until(holds);
    return withinLimit(seen, () => `${this.screen.text()}\n${this.name} waited in vain for ${what}`);
  }
}
