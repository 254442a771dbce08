import type { View } from '../output/output.ts';
import { COMPLETION_SCRIPTS } from './completion-scripts.ts';
import { outerCommand } from './outer-command.ts';

interface TextLine {
  readonly line: string;
}

/** Text that a program takes as it is. */
export const textView: View<TextLine> = {
  plain: ({ line }) => [line],
  human: (rows) => rows.map(({ line }) => line),
};

export const textRows = (text: string): TextLine[] =>
  text
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => ({ line }));

export const completion = outerCommand({
  name: 'completion',
  topic: 'This program',
  params: [{ name: 'shell', kind: 'text', choices: ['bash', 'zsh', 'fish'] }],
  summary: 'a script that has your shell complete mbt',
  teaches: [
    'Commands, options, and names of groups and files, as the node knows them. For bash:',
    'mbt completion bash > ~/.local/share/bash-completion/completions/mbt',
  ],
  example: 'completion bash',
  async run({ args: [shell], out }) {
    out.rows(textView, textRows(COMPLETION_SCRIPTS[shell]));
    return { text: '', silent: true };
  },
});
