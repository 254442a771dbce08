/** What help and the manual page say beyond the commands' own words. */

/** Commands of the program that are read by rules of their own. */
export const PROGRAM_COMMANDS = [
  {
    name: 'client',
    params: [
      { name: 'ip:port', kind: 'text' },
      { name: 'tracker_info.txt', kind: 'path' },
    ],
    usage: 'client <ip:port> <tracker_info.txt> [options]',
    summary: 'A shell that is a node itself, as long as it is open: mbt help client.',
  },
  {
    name: 'tracker',
    params: [
      { name: 'tracker_info.txt', kind: 'path' },
      { name: 'n', kind: 'text' },
    ],
    usage: 'tracker <tracker_info.txt> <n> [options]',
    summary: 'A tracker, which keeps the books and never sees a file: mbt help tracker.',
  },
] as const;

/** Paragraphs of lines. */
export const INTRODUCTION = [
  [
    'mbt shares large files within a group of people: encrypted, and straight from one to another. Whoever has a part',
    'of a file hands it on. Trackers introduce people to each other and never see a file; the owner of a group decides',
    'who is in it.',
  ],
  [
    'A node in the background (mbt node start) shares and downloads. The commands below, shells (mbt shell) and the',
    'page in the browser (mbt web) all speak to it. Passwords are never arguments: they are asked for unseen, or read',
    'as lines from standard input.',
  ],
  [
    'Rows go to standard output, columns separated by tabs unless it is a terminal; sentences and progress go to',
    'standard error. With --json everything goes to standard output, a JSON object a line. Names of commands may be',
    'typed with dashes: mbt list-files band.',
  ],
] as const;

export const EXIT_CODES = [
  ['0', 'Done.'],
  ['1', 'It failed; the error says what to do.'],
  ['2', 'Wrong usage.'],
  ['3', 'No node runs in the background.'],
] as const;

export const VARIABLES = [
  ['MBT_DATA', 'Data folder of the node, where --data names none.'],
  ['NO_COLOR', 'If set, nothing is coloured.'],
] as const;

export const FILES = [
  ['~/.mini-bittorrent/node', 'The data folder of the node: its keys, log-in, downloads under way.'],
  ['node.json', 'In it: how the node is started.'],
  ['tracker_info.txt', 'In it: the list of trackers, ip:port a line.'],
  ['node.log', 'In it: what the node did.'],
] as const;
