import { appendFile, chmod, readFile, writeFile } from 'node:fs/promises';
import { splitWords } from '../text/words.ts';
import { type ShellCommand, isKeptOut } from './command.ts';
import { placeWords } from './place-words.ts';

/** Lines that are remembered. */
export const HISTORY_LINES_MAX = 1000;

/** The file is cut to that many lines when it has grown to twice as many. */
const FILE_LINES_MAX = 2 * HISTORY_LINES_MAX;

type Known = Pick<ShellCommand<never>, 'name' | 'aliases' | 'params' | 'options'>;

/**
 * The line as it may be remembered: from the first secret on, all is cut, so that recalling it asks for the
 * secret again. `keep` is false for a line whose command nobody knows, as a secret may hide in it: it can be
 * recalled to be mended, and is not written to disk.
 */
export function toHistory(line: string, commands: readonly Known[]): { text: string; keep: boolean } {
  const { words } = splitWords(line);
  const name = words[0]?.text ?? '';
  const command = commands.find((known) => known.name === name || known.aliases?.includes(name));
  if (command === undefined) return { text: line, keep: false };
  const secret =
    words[
      secretAt(
        command,
        words.slice(1).map(({ text }) => text),
      ) + 1
    ];
  return { text: secret === undefined ? line : line.slice(0, secret.start).trimEnd(), keep: true };
}

/** Which of the words after the command's name is the first secret. A word that looks like an option and is none may be one. */
function secretAt(command: Known, words: readonly string[]): number {
  const param = command.params.findIndex(({ kind }) => isKeptOut(kind));
  if (param < 0) return words.length;
  const args = placeWords(command.options ?? {}, words).filter(
    ({ is }) => is === 'argument' || is === 'unknown',
  );
  return args[param]?.at ?? words.length;
}

/** The remembered lines of a data folder, in a file that only its owner can read. */
export class HistoryFile {
  readonly #path: string;
  #writing: Promise<void> = Promise.resolve();
  #newest: string | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  /** Newest first. An unreadable file is an empty one: history is a comfort. */
  async load(): Promise<string[]> {
    const text = await readFile(this.#path, 'utf8').catch(() => '');
    const lines = text.split('\n').filter((line) => line !== '');
    if (text !== '') await chmod(this.#path, 0o600).catch(() => undefined);
    const newest = lines.slice(-HISTORY_LINES_MAX);
    this.#newest = newest.at(-1);
    if (lines.length > FILE_LINES_MAX)
      this.#write(() => writeFile(this.#path, `${newest.join('\n')}\n`, { mode: 0o600 }));
    return newest.toReversed();
  }

  add(line: string): void {
    if (line === this.#newest) return;
    this.#newest = line;
    this.#write(() => appendFile(this.#path, `${line}\n`, { mode: 0o600 }));
  }

  /** Resolves when all that was added is written, or has failed to be. */
  close(): Promise<void> {
    return this.#writing;
  }

  #write(write: () => Promise<void>): void {
    this.#writing = this.#writing.then(write).catch(() => undefined);
  }
}
