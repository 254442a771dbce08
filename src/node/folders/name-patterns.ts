import { CommandError } from '../../base/index.ts';
import { fits, parseGlobs, type Glob } from './glob.ts';

/** Whether a file of this name is wanted. */
export type NameFilter = (name: string) => boolean;

/**
 * What a list of patterns stands for: names that fit one of them, or any where none is given, but none that fits one behind a `!`.
 * A name that begins with a dot is wanted only by a pattern that does, too. Throws INVALID_ARGUMENTS.
 */
export function nameFilter(patterns: readonly string[]): NameFilter {
  const excluded = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1));
  const wanted = patterns.filter((pattern) => !pattern.startsWith('!'));
  const wantedGlobs = globsOf(wanted.length > 0 ? wanted : ['*']);
  const excludedGlobs = globsOf(excluded);
  return (name) =>
    wantedGlobs.some((glob) => (!name.startsWith('.') || beginsWithDot(glob)) && fits(glob, name)) &&
    !excludedGlobs.some((glob) => fits(glob, name));
}

function globsOf(patterns: readonly string[]): Glob[] {
  return patterns.flatMap((pattern) => {
    if (pattern === '' || pattern.includes('/')) throw invalid(pattern, 'fits no name');
    return parseGlobs(pattern) ?? invalidChoices(pattern);
  });
}

function beginsWithDot([first]: Glob): boolean {
  return first?.type === 'char' && first.char === '.';
}

function invalidChoices(pattern: string): never {
  throw invalid(pattern, 'has too many choices in braces');
}

const invalid = (pattern: string, why: string): CommandError =>
  new CommandError(
    'INVALID_ARGUMENTS',
    `the pattern '${pattern}' ${why}: give patterns for names, like *.jpg or !*.tmp`,
  );
