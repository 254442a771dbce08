import { expect, test } from 'vitest';
import { readLines } from './lines.ts';

async function linesOf(chunks: readonly string[]): Promise<string[]> {
  const encoded = chunks.map((chunk) => new TextEncoder().encode(chunk));
  const lines: string[] = [];
  for await (const line of readLines(new Blob(encoded).stream())) lines.push(line);
  return lines;
}

test.each([
  { why: 'lines in one piece', text: 'a\nb\n', lines: ['a', 'b'] },
  { why: 'ends of Windows', text: 'a\r\nb\r\n', lines: ['a', 'b'] },
  { why: 'a last line without an end is not whole', text: 'a\nb', lines: ['a'] },
  { why: 'empty lines', text: '\n\na\n', lines: ['', '', 'a'] },
])('$why', async ({ text, lines }) => {
  expect(await linesOf([text])).toEqual(lines);
});

test('any split of the stream gives the same lines, also inside of a character', async () => {
  const bytes = new TextEncoder().encode('größe\n日本\nend\n');
  for (let at = 1; at < bytes.length; at += 1) {
    const stream = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(bytes.slice(0, at));
        controller.enqueue(bytes.slice(at));
        controller.close();
      },
    });
    const lines: string[] = [];
    for await (const line of readLines(stream)) lines.push(line);
    expect(lines).toEqual(['größe', '日本', 'end']);
  }
});
