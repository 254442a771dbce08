import { readdir, stat } from 'node:fs/promises';
import type { Dirent } from 'node:fs';
import { join } from 'node:path';
import type { CompletionKind } from '../../node/index.ts';
import { hasControls } from '../text/escape-controls.ts';
import { type QuoteStyle, quoteAs } from '../text/quote.ts';
import { splitWords } from '../text/words.ts';
import { absolutePath } from './arguments.ts';
import type { ParamKind, ShellCommand } from './command.ts';

/** More are of no help to anyone who reads them. */
const HITS_MAX = 500;

/** Names of `kind` to choose from, of `group` where that matters. */
export type NameSource = (kind: CompletionKind, group: string | undefined) => Promise<string[]>;

type Known = Pick<ShellCommand<never>, 'name' | 'params'>;

/** What could stand in place of the last word of a line, as it must be typed. */
export interface Completed {
  readonly hits: readonly string[];
  /** The end of the line that a hit replaces. */
  readonly replaced: string;
}

/** Completes commands, names and paths for the line up to the cursor. */
export class Completer {
  readonly #commands: readonly Known[];
  readonly #names: NameSource;

  constructor(commands: readonly Known[], names: NameSource) {
    this.#commands = commands;
    this.#names = names;
  }

  async complete(line: string): Promise<Completed> {
    const { words } = splitWords(line);
    const last = words.at(-1);
    const inWord = last !== undefined && last.end === line.length;
    const before = (inWord ? words.slice(0, -1) : words).map((word) => word.text);
    const replaced = inWord ? line.slice(last.start) : '';
    const typed = inWord ? last.text : '';
    const hits = await this.#hits(before, typed, styleOf(replaced));
    return { hits: hits.slice(0, HITS_MAX), replaced };
  }

  async #hits(before: readonly string[], typed: string, style: QuoteStyle): Promise<string[]> {
    const commandNames = this.#commands.map((command) => command.name);
    const name = before[0];
    if (name === undefined) return finished(commandNames, typed, style);
    const command = this.#commands.find((known) => known.name === name);
    const { kind, choices } = command?.params[before.length - 1] ?? {};
    if (command === undefined || kind === undefined) return [];
    if (choices) return finished(choices, typed, style);
    if (kind === 'path') return pathHits(typed, style);
    if (kind === 'command') return finished(commandNames, typed, style);
    if (!isNameKind(kind)) return [];
    const groupAt = command.params.findIndex((param) => param.kind === 'group');
    const group = groupAt < 0 ? undefined : before[groupAt + 1];
    return finished(await this.#names(kind, group), typed, style);
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

function styleOf(raw: string): QuoteStyle {
  const first = raw.charAt(0);
  return first === '"' || first === "'" ? first : 'bare';
}

/** The names that begin as typed, protected and followed by a blank. Names that can't be typed are left out. */
function finished(names: readonly string[], typed: string, style: QuoteStyle): string[] {
  return [...new Set(names)]
    .filter((name) => name.startsWith(typed) && !hasControls(name))
    .toSorted()
    .map((name) => `${quoteAs(name, style)} `);
}

/** Entries of the typed folder that begin as typed; folders end in a slash, and the quote stays open. */
async function pathHits(typed: string, style: QuoteStyle): Promise<string[]> {
  if (typed === '~') return ['~/'];
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
  return Promise.all(fitting.map((entry) => pathHit(path, folder, entry, style)));
}

async function pathHit(path: string, folder: string, entry: Dirent, style: QuoteStyle): Promise<string> {
  const typed = folder + entry.name;
  if (!(await isFolder(path, entry))) return `${quoteAs(typed, style)} `;
  const quoted = quoteAs(`${typed}/`, style);
  return style === 'bare' ? quoted : quoted.slice(0, -1);
}

async function isFolder(path: string, entry: Dirent): Promise<boolean> {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  const target = await stat(join(path, entry.name)).catch(() => undefined);
  return target?.isDirectory() === true;
}
