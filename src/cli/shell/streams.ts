import type { Readable } from 'node:stream';
import type { OutputStream } from '../output/screen.ts';
import { isInForeground, onResume } from './foreground.ts';
import type { InputStream } from './keyboard.ts';

/** The streams of the process, or what stands for them. */
export interface Streams {
  readonly input: Readable & InputStream;
  readonly output: OutputStream;
  /** The variable TERM. */
  readonly terminalType: string | undefined;
  /** Whether the terminal, if it is one, listens to this process. */
  readonly inForeground: boolean;
  /**
   * Calls `listener` whenever this process was stopped and goes on in the foreground, where a shell may have set the
   * terminal its own way meanwhile; until the returned function is called.
   */
  readonly onResume?: ((listener: () => void) => () => void) | undefined;
}

export const ownStreams = (): Streams => ({
  input: process.stdin,
  output: process.stdout,
  terminalType: process.env.TERM,
  inForeground: isInForeground(),
  onResume: (listener) => onResume(process, listener),
});
