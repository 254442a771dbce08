import { type Interface, createInterface } from 'node:readline';
import { deferred } from '../../base/index.ts';
import type { OutputStream, StreamScreen } from '../output/screen.ts';
import type { Completer } from './completion.ts';
import { askHidden } from './hidden-input.ts';
import { HISTORY_LINES_MAX, type HistoryFile } from './history.ts';
import { type InputStream, Keyboard } from './keyboard.ts';
import type { CommandRunner } from './runner.ts';
import type { Streams } from './streams.ts';

/** Lines typed ahead while a command runs. */
const QUEUED_LINES_MAX = 1000;

export interface InteractiveOptions<Target> {
  readonly input: InputStream;
  readonly output: OutputStream;
  readonly screen: StreamScreen;
  readonly runner: CommandRunner<Target>;
  readonly completer: Completer;
  readonly history: HistoryFile;
  /** What of a line may be remembered, and whether on disk. */
  readonly toHistory: (line: string) => { text: string; keep: boolean };
  /** What stands before the `>` when nobody is logged in. */
  readonly name: string;
  /** Who is logged in when it begins. */
  readonly user?: string | null;
  /** Tells who is logged in when that changed by other means than a line typed here. Returns the way to stop. */
  readonly watchUser?: (tell: (user: string | null) => void) => () => void;
  readonly onResume?: Streams['onResume'];
}

/** Why a shell ended: by Ctrl-D or a terminal that went away, or else on purpose. */
type Leaving = 'left' | 'input ended';

/** The property in which readline keeps on which row it left the cursor; it has no other way to be told. */
type RowKeeper = Interface & { prevRows?: number };

type CompletionDone = (error: null, result: [string[], string]) => void;

/**
 * A shell at a terminal. Whatever is printed meanwhile appears above the line being typed. Ctrl-C stops the
 * running command, or empties the line; two in a row, Ctrl-D or `quit` leave.
 */
export class InteractiveShell<Target> {
  readonly #options: InteractiveOptions<Target>;
  readonly #keyboard: Keyboard;
  readonly #editor: RowKeeper;
  readonly #queue: string[] = [];
  readonly #left = deferred<Leaving>();
  #running: AbortController | undefined;
  #ended = false;
  #interrupts = 0;
  #user: string | null;

  private constructor(options: InteractiveOptions<Target>, history: string[]) {
    this.#options = options;
    this.#user = options.user ?? null;
    this.#keyboard = new Keyboard(options.input);
    this.#editor = this.#openEditor(history);
  }

  /** Runs until the user leaves or `signal` is aborted; the terminal is then as it was before. */
  static async run<Target>(options: InteractiveOptions<Target>, signal: AbortSignal): Promise<Leaving> {
    const shell = new InteractiveShell(options, await options.history.load());
    const onAbort = (): void => shell.#stop();
    signal.addEventListener('abort', onAbort, { once: true });
    const stopHearing = options.onResume?.(() => shell.#resume());
    const stopWatching = options.watchUser?.((user) => shell.#onUser(user));
    if (signal.aborted) shell.#stop();
    else shell.#prompt();
    const leaving = await shell.#left.promise;
    signal.removeEventListener('abort', onAbort);
    stopHearing?.();
    stopWatching?.();
    shell.#close();
    await options.history.close();
    return leaving;
  }

  #openEditor(history: string[]): RowKeeper {
    const editor = createInterface({
      input: this.#keyboard.forEditor,
      output: this.#options.output,
      terminal: true,
      history,
      historySize: HISTORY_LINES_MAX,
      removeHistoryDuplicates: true,
      completer: (line: string, done: CompletionDone) => void this.#complete(line, done),
    });
    editor.on('line', (line) => this.#onLine(line));
    editor.on('history', (lines) => this.#onHistory(lines));
    editor.on('SIGINT', () => this.#onInterrupt());
    editor.on('close', () => this.#onEnd());
    this.#options.screen.attach({
      cursorRow: () => editor.getCursorPos().rows,
      redraw: () => this.#redraw(),
    });
    return editor;
  }

  async #complete(line: string, done: CompletionDone): Promise<void> {
    this.#keyboard.hold();
    const { hits, replaced } = await this.#options.completer
      .complete(line)
      .catch(() => ({ hits: [], replaced: line }));
    done(null, [[...hits], replaced]);
    this.#keyboard.release();
  }

  #prompt(): void {
    if (this.#ended) return;
    this.#editor.setPrompt(`${this.#user ?? this.#options.name}> `);
    this.#redraw();
  }

  #onUser(user: string | null): void {
    if (user === this.#user) return;
    this.#user = user;
    if (this.#running !== undefined || this.#ended) return;
    this.#options.screen.redraw(() => this.#editor.setPrompt(`${user ?? this.#options.name}> `));
  }

  #redraw(): void {
    if (this.#ended) return;
    this.#editor.prevRows = 0;
    this.#editor.prompt(true);
  }

  #resume(): void {
    this.#keyboard.regain();
    if (this.#running === undefined) this.#redraw();
  }

  #onLine(line: string): void {
    this.#interrupts = 0;
    if (this.#queue.length >= QUEUED_LINES_MAX) return;
    this.#queue.push(line);
    if (this.#running === undefined) void this.#runQueue();
  }

  async #runQueue(): Promise<void> {
    this.#editor.setPrompt('');
    for (let line = this.#queue.shift(); line !== undefined; line = this.#queue.shift()) {
      const running = new AbortController();
      this.#running = running;
      const { quit, user } = await this.#options.runner.runLine(line, this.#ask, running.signal);
      if (user !== undefined) this.#user = user;
      if (quit) return this.#left.resolve('left');
    }
    this.#running = undefined;
    this.#interrupts = 0;
    if (this.#ended) this.#left.resolve('input ended');
    else this.#prompt();
  }

  readonly #ask = (prompt: string, signal: AbortSignal): Promise<string> =>
    askHidden(this.#keyboard, this.#options.screen, prompt, signal);

  /** readline has just put the new line first; what stays in `lines` is what it remembers. */
  #onHistory(lines: string[]): void {
    const line = lines.shift();
    if (line === undefined) return;
    const { text, keep } = this.#options.toHistory(line);
    const repeated = lines.indexOf(text);
    if (repeated === 0) return;
    if (repeated > 0) lines.splice(repeated, 1);
    lines.unshift(text);
    if (keep) this.#options.history.add(text);
  }

  #onInterrupt(): void {
    if (this.#running === undefined && this.#editor.line !== '') return this.#emptyLine();
    this.#interrupts += 1;
    if (this.#interrupts > 1) return this.#stop();
    this.#queue.length = 0;
    if (this.#running === undefined) this.#options.screen.print(['(Ctrl-C again, Ctrl-D or quit leaves)']);
    else this.#running.abort();
  }

  #emptyLine(): void {
    this.#interrupts = 0;
    this.#editor.write(null, { ctrl: true, name: 'e' });
    this.#editor.write(null, { ctrl: true, name: 'u' });
  }

  /** Ctrl-D, or the terminal is gone: leaves as soon as what runs has ended. */
  #onEnd(): void {
    this.#ended = true;
    this.#options.screen.attach(undefined);
    if (this.#running === undefined) this.#left.resolve('input ended');
  }

  #stop(): void {
    this.#queue.length = 0;
    this.#running?.abort();
    this.#left.resolve('left');
  }

  #close(): void {
    const prompted = this.#running === undefined;
    this.#ended = true;
    this.#options.screen.attach(undefined);
    this.#editor.close();
    this.#keyboard.close();
    if (prompted) this.#options.screen.writeRaw('\n');
  }
}
