import { type Readable, addAbortSignal } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { type CommandRunner, LINE_CHARS_MAX } from './runner.ts';

/** How a batch of lines came out. */
export interface BatchEnd {
  /** Some command ended in ERROR. */
  readonly failed: boolean;
  /** A line said `quit`: what follows it is not run. */
  readonly quit: boolean;
}

/** Runs the lines one after the other, each only when the one before has ended, until `signal` is aborted. */
export async function runBatch(
  lines: AsyncIterable<string>,
  runner: Pick<CommandRunner<never>, 'runLine'>,
  signal: AbortSignal,
): Promise<BatchEnd> {
  let failed = false;
  for await (const line of lines) {
    const { ok, quit } = await runner.runLine(line, undefined, signal);
    failed ||= !ok;
    if (quit || signal.aborted) return { failed, quit };
  }
  return { failed, quit: false };
}

/**
 * The lines of `input`, read no faster than they are taken. Of a line that is too long only so much is kept
 * that it can be seen to be. Ends when `signal` is aborted, whether or not more would come.
 */
export async function* readLines(
  input: Readable,
  signal: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  const decoder = new StringDecoder('utf8');
  let pending = '';
  let begun = false;
  for await (const chunk of chunksOf(input, signal)) {
    let text = typeof chunk === 'string' ? chunk : decoder.write(chunk);
    if (!begun && text !== '') [begun, text] = [true, text.replace(/^\ufeff/, '')];
    const parts = text.split('\n');
    for (const part of parts.slice(0, -1)) {
      yield (pending + part).replace(/\r$/, '');
      pending = '';
    }
    pending = (pending + (parts.at(-1) ?? '')).slice(0, LINE_CHARS_MAX + 1);
  }
  if (pending !== '' && !signal.aborted) yield pending;
}

/** What `input` gives until its end or the abort, each of which leaves it closed. */
async function* chunksOf(
  input: Readable,
  signal: AbortSignal,
): AsyncGenerator<string | Buffer, void, undefined> {
  try {
    for await (const chunk of addAbortSignal(signal, input)) yield chunk as string | Buffer;
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
