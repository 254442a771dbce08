import { readdir, stat } from 'node:fs/promises';
import type { Dirent } from 'node:fs';
import { join } from 'node:path';
import type { CompletionKind } from '../../node/index.ts';
import { hasControls } from '../text/escape-controls.ts';
import { type QuoteStyle, quoteAs } from '../text/quote.ts';
import { splitWords } from '../text/words.ts';
import { absolutePath } from '../text/paths.ts';
import type { OptionTable, Param, ParamKind, Typed } from './command.ts';
import { type Placed, placeWords } from './place-words.ts';

/** More are of no help to anyone who reads them. */
const HITS_MAX = 500;

/** Names of `kind` to choose from, of `group` where that matters. */
export type NameSource = (kind: CompletionKind, group: string | undefined) => Promise<string[]>;

/** What could stand in place of the last word of a line, as it must be typed. */
export interface Completed {
  readonly hits: readonly string[];
  /** The end of the line that a hit replaces. */
  readonly replaced: string;
}

/** A word that could stand there, as it is meant; `open`: more may follow in the same word, as after a folder. */
export interface Suggestion {
  readonly text: string;
  readonly open?: true;
}

/** Completes commands, options, names and paths: for the line up to the cursor, or for words. */
export class Completer {
  readonly #commands: readonly Typed[];
  readonly #names: NameSource;

  constructor(commands: readonly Typed[], names: NameSource) {
    this.#commands = commands;
    this.#names = names;
  }

  async complete(line: string): Promise<Completed> {
    const { words } = splitWords(line);
    const last = words.at(-1);
    const inWord = last !== undefined && last.end === line.length;
    const before = (inWord ? words.slice(0, -1) : words).map((word) => word.text);
    const replaced = inWord ? line.slice(last.start) : '';
    const suggestions = await this.suggest(before, inWord ? last.text : '');
    return { hits: suggestions.map((suggestion) => asTyped(suggestion, styleOf(replaced))), replaced };
  }

  /** What could follow the words `before` and begins with `typed`; names that can't be typed are left out. */
  async suggest(before: readonly string[], typed: string): Promise<Suggestion[]> {
    const [name, ...words] = before;
    const names = this.#commands.map((command) => command.name);
    if (name === undefined) return beginning(names, typed);
    const command = this.#commands.find((known) => known.name === name);
    return command === undefined ? [] : this.#inCommand(command, words, typed);
  }

  async #inCommand(command: Typed, words: readonly string[], typed: string): Promise<Suggestion[]> {
    const placed = placeWords(command.options ?? {}, words);
    const last = placed.at(-1);
    if (last?.is === 'option' && last.option.kind !== 'flag' && last.value === undefined)
      return last.option.kind === 'path' ? pathHits(typed) : [];
    if (typed.startsWith('-') && !placed.some(({ is }) => is === 'end'))
      return beginning(optionsLeft(command.options ?? {}, placed), typed);
    const args = placed.flatMap((word) => (word.is === 'argument' ? [word.text] : []));
    const param = command.params[args.length];
    return param === undefined ? [] : this.#forParam(command, param, args, typed);
  }

  async #forParam(
    command: Typed,
    { kind, choices }: Param,
    args: readonly string[],
    typed: string,
  ): Promise<Suggestion[]> {
    if (choices) return beginning(choices, typed);
    if (kind === 'path') return pathHits(typed);
    if (kind === 'command')
      return beginning(
        this.#commands.map((known) => known.name),
        typed,
      );
    if (!isNameKind(kind)) return [];
    const groupAt = command.params.findIndex((param) => param.kind === 'group');
    return beginning(await this.#names(kind, args[groupAt]), typed);
  }
}

const NAME_KINDS: Readonly<Record<CompletionKind, true>> = {
  group: true,
  user: true,
  member: true,
  request: true,
  file: true,
  download: true,
  share: true,
};

const isNameKind = (kind: ParamKind): kind is CompletionKind => Object.hasOwn(NAME_KINDS, kind);

/** Options that may still be given. */
function optionsLeft(options: OptionTable, placed: readonly Placed[]): string[] {
  const given = placed.flatMap((word) => (word.is === 'option' ? [word.name] : []));
  return Object.entries(options)
    .filter(([name, { many }]) => many || !given.includes(name))
    .map(([name]) => `--${name}`);
}

function styleOf(raw: string): QuoteStyle {
  const first = raw.charAt(0);
  return first === '"' || first === "'" ? first : 'bare';
}

/** Protected as it must be typed, and followed by a blank, unless it may go on: then a quote stays open. */
function asTyped({ text, open }: Suggestion, style: QuoteStyle): string {
  const quoted = quoteAs(text, style);
  if (open) return style === 'bare' ? quoted : quoted.slice(0, -1);
  return `${quoted} `;
}

/** The names that begin as typed. */
function beginning(names: readonly string[], typed: string): Suggestion[] {
  return [...new Set(names)]
    .filter((name) => name.startsWith(typed) && !hasControls(name))
    .toSorted()
    .slice(0, HITS_MAX)
    .map((text) => ({ text }));
}

/** Entries of the typed folder that begin as typed; folders end in a slash. */
async function pathHits(typed: string): Promise<Suggestion[]> {
  if (typed === '~') return [{ text: '~/', open: true }];
  const slash = typed.lastIndexOf('/') + 1;
  const folder = typed.slice(0, slash);
  const begun = typed.slice(slash);
  const path = absolutePath(folder === '' ? '.' : folder);
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  const fitting = entries
    .filter(({ name }) => name.startsWith(begun) && !hasControls(name))
    .filter(({ name }) => begun !== '' || !name.startsWith('.'))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .slice(0, HITS_MAX);
  return Promise.all(fitting.map((entry) => pathHit(path, folder, entry)));
}

async function pathHit(path: string, folder: string, entry: Dirent): Promise<Suggestion> {
  const text = folder + entry.name;
  return (await isFolder(path, entry)) ? { text: `${text}/`, open: true } : { text };
}

async function isFolder(path: string, entry: Dirent): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  const target = await stat(join(path, entry.name)).catch(() => undefined);
  return target?.isDirectory() === true;
}
