/** A longer line is no line of ours. */
const LINE_CHARS_MAX = 16 * 2 ** 20;

/** Lines of a stream, without their ends; a last line without an end is none. */
export async function* readLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const reader = stream.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const lines = (rest + decoder.decode(value, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > LINE_CHARS_MAX) throw new Error('a line without end');
      yield* lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
