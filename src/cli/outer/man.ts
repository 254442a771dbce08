import { programVersion } from '../../base/index.ts';
import { manPage } from './man-page.ts';
import { textRows, textView } from './completion.ts';
import { outerCommand } from './outer-command.ts';

/** `mbt man` over the commands that `list` gives. */
export const manCommand = (list: () => Parameters<typeof manPage>[0]) =>
  outerCommand({
    name: 'man',
    topic: 'This program',
    params: [],
    summary: 'the manual page, to read or to install',
    teaches: ['Read it: mbt man | man -l - . Install it: mbt man > ~/.local/share/man/man1/mbt.1'],
    example: 'man',
    async run({ out }) {
      out.rows(textView, textRows(manPage(list(), programVersion())));
      return { text: '', silent: true };
    },
  });
