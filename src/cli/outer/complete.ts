import { type Clock, within } from '../../base/index.ts';
import type { CompletionKind } from '../../node/index.ts';
import { findNode } from '../background/find-node.ts';
import { nodeFolder } from '../background/node-folder.ts';
import type { OptionTable, Typed } from '../shell/command.ts';
import { Completer } from '../shell/completion.ts';
import { placeWords } from '../shell/place-words.ts';
import { splitWords } from '../text/words.ts';
import { GLOBAL_OPTIONS } from './outer-command.ts';

/** Who pressed Tab wants to go on typing. */
const NAMES_MS = 700;

/**
 * What may stand in place of the last of `words`, which follow `mbt`. `quoted`: they stand as they were typed, with
 * quotes. Asks the node for names, for a moment.
 */
export async function completeWords(
  commands: readonly Typed[],
  words: readonly string[],
  quoted: boolean,
  clock: Clock,
): Promise<string[]> {
  const plain = quoted ? words.map(unquoted) : words;
  const before = plain.slice(0, -1);
  const typed = plain.at(-1) ?? '';
  const [first = '', second] = before;
  const dashed = first.includes('-') || (before.length === 0 && typed.includes('-'));
  const known = commands.map((command) =>
    dashed ? { ...command, name: dashedName(command.name) } : command,
  );
  if (before.length === 0) return firstWords(known, typed);
  const isTwo = known.some(({ name }) => name.startsWith(`${first} `));
  if (isTwo && second === undefined) return secondWords(known, first, typed);
  const name = isTwo ? `${first} ${second}` : first;
  const rest = before.slice(isTwo ? 2 : 1);
  const dataDir = nodeFolder(dataOf(known, name, rest));
  const completer = new Completer(known.map(withGlobals), (kind, group) =>
    namesOf(dataDir, kind, group, clock),
  );
  const hits = await completer.suggest([name, ...rest], typed);
  // In an open quote the shell protects names by itself, and marks folders.
  return hits.map(({ text, open }) =>
    open && quoted && /^["']/.test(words.at(-1) ?? '') ? text.slice(0, -1) : text,
  );
}

const unquoted = (word: string): string => splitWords(word).words[0]?.text ?? '';
const dashedName = (name: string): string => name.replaceAll('_', '-');

const beginning = (names: readonly string[], typed: string): string[] =>
  [...new Set(names)].filter((name) => name.startsWith(typed)).toSorted();

const firstWords = (commands: readonly Typed[], typed: string): string[] =>
  beginning(
    commands.map(({ name }) => name.split(' ')[0] ?? ''),
    typed,
  );

const secondWords = (commands: readonly Typed[], first: string, typed: string): string[] =>
  beginning(
    commands.flatMap(({ name }) => (name.startsWith(`${first} `) ? [name.slice(first.length + 1)] : [])),
    typed,
  );

const withGlobals = (command: Typed): Typed => ({
  ...command,
  options: { ...command.options, ...(GLOBAL_OPTIONS satisfies OptionTable) },
});

/** The data folder that was named among the words. */
function dataOf(commands: readonly Typed[], name: string, words: readonly string[]): string | undefined {
  const command = commands.find((known) => known.name === name);
  const placed = placeWords({ ...command?.options, ...GLOBAL_OPTIONS }, words);
  const data = placed.find((word) => word.is === 'option' && word.name === 'data');
  return data?.is === 'option' ? data.value : undefined;
}

async function namesOf(
  dataDir: string,
  kind: CompletionKind,
  group: string | undefined,
  clock: Clock,
): Promise<string[]> {
  const asked = async (): Promise<string[]> => {
    const node = await findNode(dataDir);
    if (node === undefined) return [];
    try {
      return await node.completions(kind, group);
    } finally {
      await node.close();
    }
  };
  return within(clock, NAMES_MS, asked(), () => new Error('too slow')).catch(() => []);
}
