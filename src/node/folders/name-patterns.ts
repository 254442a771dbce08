import picomatch from 'picomatch';
import { CommandError } from '../../base/index.ts';

/** Whether a file of this name is wanted. */
export type NameFilter = (name: string) => boolean;

/**
 * What a list of globs stands for: names that fit one of them, or any where none is given, but none that fits one behind a `!`.
 * Letters count as equal in both cases. A name that begins with a dot fits only a glob that does. Throws INVALID_ARGUMENTS.
 */
export function nameFilter(patterns: readonly string[]): NameFilter {
  const excluded = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1));
  const wanted = patterns.filter((pattern) => !pattern.startsWith('!'));
  const isWanted = anyOf(wanted.length > 0 ? wanted : ['*'], false);
  const isExcluded = anyOf(excluded, true);
  return (name) => isWanted(name) && !isExcluded(name);
}

function anyOf(globs: readonly string[], dot: boolean): NameFilter {
  const matchers = globs.map((glob) => matcher(glob, dot));
  return (name) => matchers.some((matches) => matches(name));
}

function matcher(glob: string, dot: boolean): NameFilter {
  if (glob === '' || glob.includes('/')) {
    throw new CommandError(
      'INVALID_ARGUMENTS',
      `the pattern '${glob}' fits nothing: give one for names, like *.jpg or !*.tmp`,
    );
  }
  // Without repetitions of groups no name takes long to judge. A ! in front is ours, not the matcher's.
  return picomatch(glob, { nocase: true, dot, noextglob: true, nonegate: true });
}
