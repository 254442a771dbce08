import { PassThrough } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

export type InputStream = NodeJS.ReadableStream & {
  isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
};

/** Takes what is typed; returns what it leaves for the line editor, undefined as long as it wants more. */
export type KeyTaker = (typed: string) => string | undefined;

/** The keyboard's one reader: gives what is typed to the line editor, or to whoever borrowed the keys. */
export class Keyboard {
  /** What the line editor reads. */
  readonly forEditor: EditorInput;
  readonly #stdin: InputStream;
  readonly #decoder = new StringDecoder('utf8');
  #taker: KeyTaker | undefined;
  /** Typed, and not yet given to the line editor. */
  #waiting = '';
  #held = false;

  constructor(stdin: InputStream) {
    this.#stdin = stdin;
    this.forEditor = new EditorInput(stdin);
    stdin.on('data', this.#onData);
    stdin.on('end', this.#onEnd);
    stdin.on('error', this.#onEnd);
    stdin.resume(); // an earlier reader may have paused it
  }

  /** Until `taker` returns a rest, or the returned function is called, the line editor sees nothing. */
  lend(taker: KeyTaker): () => void {
    this.#taker = taker;
    return () => {
      if (this.#taker === taker) this.#taker = undefined;
    };
  }

  /** Has keys come one by one and unseen again, after another program set the terminal. */
  regain(): void {
    this.#stdin.setRawMode?.(false); // what is set already would not be set anew
    this.#stdin.setRawMode?.(true);
  }

  /** Lets the terminal go: the process may end, and another may read. */
  close(): void {
    this.#stdin.off('data', this.#onData);
    this.#stdin.off('end', this.#onEnd);
    this.#stdin.off('error', this.#onEnd);
    this.#stdin.setRawMode?.(false);
    this.#stdin.pause();
    this.forEditor.destroy();
  }

  /** Keeps what is typed from the line editor until `release`, so that nothing overtakes a completion. */
  hold(): void {
    this.#held = true;
  }

  release(): void {
    this.#held = false;
    this.#giveToEditor();
  }

  readonly #onData = (chunk: Buffer | string): void => {
    const typed = typeof chunk === 'string' ? chunk : this.#decoder.write(chunk);
    const taker = this.#taker;
    const rest = taker === undefined ? typed : taker(typed);
    if (rest === undefined) return;
    if (taker !== undefined && this.#taker === taker) this.#taker = undefined;
    this.#waiting += rest;
    this.#giveToEditor();
  };

  /** Up to a Tab at a time: what follows must see what the Tab completed. */
  #giveToEditor(): void {
    if (this.#held || this.#waiting === '') return;
    const tab = this.#waiting.indexOf('\t');
    const length = tab < 0 ? this.#waiting.length : tab + 1;
    this.forEditor.write(this.#waiting.slice(0, length));
    this.#waiting = this.#waiting.slice(length);
    if (this.#waiting !== '') setImmediate(() => this.#giveToEditor());
  }

  /** A terminal that went away (hung up) reads like its end. */
  readonly #onEnd = (): void => {
    this.#taker?.(END_OF_INPUT);
    this.forEditor.end();
  };
}

/** Ctrl-D: what the end of the input looks like to someone who took the keys. */
const END_OF_INPUT = '\x04';

class EditorInput extends PassThrough {
  readonly isTTY = true;
  readonly #stdin: InputStream;

  constructor(stdin: InputStream) {
    super();
    this.#stdin = stdin;
  }

  setRawMode(raw: boolean): this {
    this.#stdin.setRawMode?.(raw);
    return this;
  }
}
