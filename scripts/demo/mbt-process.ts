import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { type Deferred, deferred } from '../../src/base/index.ts';

export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Lines kept of what a process said, to be shown when something goes wrong. */
const LINES_KEPT = 20;

/** One `bin/mbt` started as anybody would start it, spoken to by pipes. */
export class MbtProcess {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #end: Deferred<ProcessEnd> = deferred();
  readonly #said: string[] = [];
  readonly #isApart: boolean;
  #hasEnded = false;

  /**
   * @param isApart in a process group of its own: Ctrl-C at the terminal then reaches its starter alone, which ends
   * this one and whatever it may have started. Otherwise it goes down with its starter's group.
   */
  constructor(
    name: string,
    launcher: string,
    args: readonly string[],
    onLine: (line: string) => void,
    isApart = true,
  ) {
    this.name = name;
    this.#isApart = isApart;
    this.#child = spawn(launcher, args, { stdio: 'pipe', detached: isApart });
    this.#child.on('error', (error) => this.#ended({ code: null, signal: null }, error.message));
    // Not `close`: a child of its own that lives on would hold the pipes open.
    this.#child.on('exit', (code, signal) => this.#ended({ code, signal }));
    this.#child.stdin?.on('error', () => undefined);
    this.#read(this.#child.stdout, onLine);
    this.#read(this.#child.stderr, () => undefined);
  }

  /** Resolves when the process is gone; never rejects. */
  get end(): Promise<ProcessEnd> {
    return this.#end.promise;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** The last lines it wrote, newest last. */
  get said(): readonly string[] {
    return this.#said;
  }

  type(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  /** SIGKILL: no goodbye, nothing flushed. */
  kill(): Promise<ProcessEnd> {
    if (!this.#hasEnded && this.#child.pid !== undefined)
      kill(this.#isApart ? -this.#child.pid : this.#child.pid);
    return this.end;
  }

  #read(stream: NodeJS.ReadableStream | null, onLine: (line: string) => void): void {
    if (!stream) return;
    createInterface({ input: stream }).on('line', (line) => {
      this.#said.push(line);
      if (this.#said.length > LINES_KEPT) this.#said.shift();
      onLine(line);
    });
  }

  #ended(end: ProcessEnd, remark?: string): void {
    if (remark !== undefined) this.#said.push(remark);
    this.#hasEnded = true;
    this.#end.resolve(end);
  }
}

/** A negative number means the whole group. */
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself a moment ago.
  }
}
