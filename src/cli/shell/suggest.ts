import { CommandError } from '../../base/index.ts';

interface Named {
  readonly name: string;
  readonly aliases?: readonly string[];
}

/** UNKNOWN_COMMAND with the command that was probably meant, if one is near, or those of which a word was typed. */
export function unknownCommand(
  typed: string,
  commands: readonly Named[],
  help = 'Type help for all commands',
): CommandError {
  const names = commands.flatMap((command) => [command.name, ...(command.aliases ?? [])]);
  const word = typed.toLowerCase().replaceAll('-', '_');
  const near = nearest(word, names);
  const meant = near === undefined ? withWord(word, names) : [near];
  const hint = meant.length === 0 ? '.' : `; did you mean ${meant.join(' or ')}?`;
  return new CommandError('UNKNOWN_COMMAND', `no command "${cut(typed)}"${hint} ${help}`);
}

/** The name with the fewest typing slips, if those are at most a third of it. */
function nearest(typed: string, names: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestSlips = Number.POSITIVE_INFINITY;
  for (const name of names) {
    if (Math.abs(name.length - typed.length) > name.length / 3) continue;
    const slips = editDistance(typed, name);
    if (slips <= Math.max(1, name.length / 3) && slips < bestSlips) [best, bestSlips] = [name, slips];
  }
  return best;
}

/** `download_file` for `download`, `node start` for `start`. */
const withWord = (word: string, names: readonly string[]): string[] =>
  names.filter((name) => name.startsWith(`${word}_`) || name.endsWith(` ${word}`));

/** Levenshtein distance: inserted, left out and wrong characters. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 0; i < a.length; i += 1) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j += 1) {
      const replaced = (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

const cut = (text: string): string => (text.length <= 40 ? text : `${text.slice(0, 39)}…`);
