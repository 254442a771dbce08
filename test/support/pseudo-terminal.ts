import { PassThrough, Writable } from 'node:stream';
import { TerminalModel } from './terminal-model.ts';

/** A terminal inside the test's own process: type into it, look at its screen. */
export class PseudoTerminal {
  readonly screen: TerminalModel;
  readonly input: PassThrough & { isTTY: boolean; setRawMode(raw: boolean): unknown };
  readonly output: Writable & { isTTY: boolean; columns: number; rows: number; hasColors(): boolean };
  /** Everything that was written, sequences included. */
  raw = '';
  rawMode = false;

  constructor(columns = 80, rows = 24) {
    this.screen = new TerminalModel(columns);
    this.input = Object.assign(new PassThrough(), {
      isTTY: true,
      setRawMode: (raw: boolean) => (this.rawMode = raw),
    });
    const write = (chunk: Buffer, _encoding: string, done: () => void): void => {
      this.raw += chunk.toString();
      this.screen.write(chunk.toString());
      done();
    };
    this.output = Object.assign(new Writable({ write }), {
      isTTY: true,
      columns,
      rows,
      hasColors: () => false,
    });
  }

  type(text: string): void {
    this.input.write(text);
  }
}

/** A pipe that remembers what was written to it. */
export class TextSink extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }

  lines(): string[] {
    return this.text.split('\n').slice(0, -1);
  }
}
