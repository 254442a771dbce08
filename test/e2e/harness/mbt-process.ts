import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { systemClock, within } from '../../../src/base/index.ts';

export const mbt = fileURLToPath(new URL('../../../bin/mbt', import.meta.url));

/** Nothing that a test waits for takes longer; what was printed until then is in the error. */
const WAIT_LIMIT_MS = 60_000;

/** What a command came to: its rows, and its last line. */
export interface Answer {
  readonly ok: boolean;
  readonly rows: readonly string[];
  /** The whole SUCCESS or ERROR line. */
  readonly end: string;
  /** Of an error. */
  readonly code: string | undefined;
}

const BY_ITSELF = /^(NOTICE|WARNING|COMPLETE|FAILED): /;
const END = /^(SUCCESS|ERROR): /;

/** `mbt …` behind pipes. */
export class MbtProcess {
  readonly name: string;
  readonly child: ChildProcess;
  /** Every line of standard output so far. */
  readonly lines: string[] = [];
  stderr = '';
  readonly #waiting = new Set<() => void>();
  readonly #ended: Promise<number>;
  #pending = '';
  #read = 0;

  constructor(
    name: string,
    args: readonly string[],
    environment: NodeJS.ProcessEnv,
    cwd: string,
    program: string = mbt,
  ) {
    this.name = name;
    this.child = spawn(program, args, { env: environment, cwd, stdio: 'pipe' });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#onText(text));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.child.stdin?.on('error', () => undefined); // it ended first: the exit code tells
    this.#ended = once(this.child, 'close').then(([code, signal]) => {
      for (const look of this.#waiting) look();
      return typeof code === 'number' ? code : signalNumber(signal as string);
    });
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Types a line without waiting for anything. */
  type(line: string): void {
    this.child.stdin?.write(`${line}\n`);
  }

  /** Types a line and waits for its SUCCESS or ERROR. One at a time. */
  run(line: string): Promise<Answer> {
    this.type(line);
    return this.answer(`the end of "${line}"`);
  }

  /** Waits for the next SUCCESS or ERROR that was not waited for yet. */
  async answer(what: string): Promise<Answer> {
    const from = this.#read;
    const end = await this.#next((candidate) => END.test(candidate), what);
    const rows = this.lines.slice(from, this.#read - 1).filter((row) => !BY_ITSELF.test(row));
    const ok = end.startsWith('SUCCESS');
    return { ok, rows, end, code: ok ? undefined : end.split(': ')[1] };
  }

  /** The rows of a command that succeeds. */
  async ok(line: string): Promise<readonly string[]> {
    const answer = await this.run(line);
    if (!answer.ok) throw new Error(`${this.name}: ${line} -> ${answer.end}`);
    return answer.rows;
  }

  /** The code of a command that fails. */
  async fails(line: string): Promise<string> {
    const answer = await this.run(line);
    if (answer.code === undefined) throw new Error(`${this.name}: ${line} should fail -> ${answer.end}`);
    return answer.code;
  }

  /** The first line, old or new, that fits. */
  async sees(fits: RegExp): Promise<string> {
    return (await this.#find(() => this.lines.find((line) => fits.test(line)), String(fits))) ?? '';
  }

  /** Closes its input, as the end of a pipe does. */
  end(): void {
    this.child.stdin?.end();
  }

  /** The exit code; 128 and the signal's number if one ended it. */
  async exit(): Promise<number> {
    return withinLimit(this.#ended, () => `${this.#told()}: it does not end`);
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number> {
    this.child.kill(signal);
    return this.exit();
  }

  async #next(fits: (line: string) => boolean, what: string): Promise<string> {
    const found = await this.#find(() => {
      const at = this.lines.findIndex((line, index) => index >= this.#read && fits(line));
      return at < 0 ? undefined : at;
    }, what);
    this.#read = found + 1;
    return this.lines[found] ?? '';
  }

  #find<T>(look: () => T | undefined, what: string): Promise<T> {
    let stopLooking = (): void => undefined;
    const found = new Promise<T>((resolve, reject) => {
      const lookNow = (): void => {
        const result = look();
        if (result !== undefined) resolve(result);
        else if (!this.running) reject(new Error(`${this.#told()}: it ended before ${what}`));
      };
      stopLooking = () => this.#waiting.delete(lookNow);
      this.#waiting.add(lookNow);
      lookNow();
    });
    return withinLimit(found, () => `${this.#told()}: waited in vain for ${what}`).finally(stopLooking);
  }

  #onText(text: string): void {
    const parts = (this.#pending + text).split('\n');
    this.#pending = parts.pop() ?? '';
    this.lines.push(...parts);
    for (const look of this.#waiting) look();
  }

  #told(): string {
    return `${this.name} said:\n${this.lines.slice(-20).join('\n')}\n${this.stderr}\n${this.name}`;
  }
}

const signalNumber = (signal: string): number => 128 + ({ SIGHUP: 1, SIGINT: 2, SIGKILL: 9 }[signal] ?? 15);

/** Rejects after the limit with what `says` then says. */
export function withinLimit<T>(promise: Promise<T>, says: () => string): Promise<T> {
  return within(systemClock, WAIT_LIMIT_MS, promise, () => new Error(says()));
}
