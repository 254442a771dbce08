import { expect, test } from 'vitest';
import { readPage, shows } from './console-blocks.ts';

const PAGE = `# A page
<!-- before: touch a -->

\`\`\`console
anna$ mbt web
Open …
anna$ ls
\`\`\`

\`\`\`ini
[x]
\`\`\`

<!-- not run: needs a second machine -->

\`\`\`sh
scp x y:
\`\`\`

\`\`\`bash
rm x
\`\`\`
`;

test('a page is what is typed, what is printed, and what is not run', () => {
  expect(readPage(PAGE, 'p.md')).toEqual({
    steps: [
      { at: 'p.md:2', line: 'touch a' },
      { at: 'p.md:5', person: 'anna', command: 'mbt web', shown: ['Open …'] },
      { at: 'p.md:7', person: 'anna', command: 'ls', shown: [] },
    ],
    untried: [
      { at: 'p.md:16', reason: 'needs a second machine' },
      { at: 'p.md:20', reason: undefined },
    ],
  });
});

test('output before anything is typed is a fault of the page', () => {
  expect(() => readPage('```console\nhello\n```', 'p.md')).toThrow('p.md:2');
});

test.each([
  [['a  b', 'c'], ['a b', 'c'], true],
  [['x', 'a b', 'y', 'c'], ['a b', '…', 'c'], true],
  [['took 3.5 s'], ['took … s'], true],
  [['took 3.5 s!'], ['took … s'], false],
  [['c', 'a'], ['a', 'c'], false],
  [['(1+1)'], ['(1+1)'], true],
])('%j shows %j: %s', (printed, shown, expected) => {
  expect(shows(printed, shown)).toBe(expected);
});
