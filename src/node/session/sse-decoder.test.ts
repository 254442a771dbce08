import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SseDecoder } from './sse-decoder.ts';

const STREAM =
  ': hi\n\nevent: hello\ndata: {"a":1}\n\ndata:x\r\ndata: y\r\n\r\nid: 3\n\nevent: lost\ndata\n\n';
const EVENTS = [
  { event: 'hello', data: '{"a":1}' },
  { event: 'message', data: 'x\ny' },
  { event: 'lost', data: '' },
];

test('any cut of the stream gives the same events', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(STREAM.length)), (cuts) => {
      const decoder = new SseDecoder();
      const marks = [0, ...cuts.sort((a, b) => a - b), STREAM.length];
      const pieces = marks.slice(1).map((end, i) => STREAM.slice(marks[i], end));
      expect(pieces.flatMap((piece) => decoder.push(piece))).toEqual(EVENTS);
    }),
  );
});

test.each([
  ['in long lines', `data: ${'x'.repeat(1024 * 1024)}\n`],
  ['in empty lines', 'data:\n'.repeat(1024 * 1024)],
  ['in one line', 'x'.repeat(1024 * 1024)],
])('an endless event %s is refused', (_, flood) => {
  const decoder = new SseDecoder();
  expect(() => {
    for (let i = 0; i < 5; i += 1) decoder.push(flood);
  }).toThrow('too long');
});
