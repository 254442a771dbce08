/** A glob for one name, ready to be compared. */
export type Glob = readonly Part[];

type Part =
  | { readonly type: 'any' }
  | { readonly type: 'one' }
  | { readonly type: 'char'; readonly char: string }
  | { readonly type: 'class'; readonly ranges: readonly Range[]; readonly isNegated: boolean };
type Range = readonly [from: string, to: string];

/** Alternatives in braces, all combinations of one pattern. */
const CHOICES_MAX = 64;

/**
 * The globs that a pattern stands for: `*` any characters, `?` one, `[a-z]` or `[!a-z]` one of a class, `{a,b}` either, and `\` takes
 * its meaning from the sign after it. Undefined if there are too many choices in it. Letters in both cases are equal.
 */
export function parseGlobs(pattern: string): readonly Glob[] | undefined {
  const choices = expanded(folded(pattern));
  return choices?.map(parsed);
}

/**
 * Whether a name fits. It takes time in proportion to the length of both at most, as names come from others: a regular expression
 * would let them choose one that takes hours.
 */
export function fits(glob: Glob, name: string): boolean {
  const chars = Array.from(folded(name));
  let [at, part] = [0, 0];
  let star: { part: number; at: number } | undefined;
  while (at < chars.length) {
    const here = glob[part];
    if (here?.type === 'any') {
      star = { part, at };
      part += 1;
    } else if (here && accepts(here, chars[at] as string)) {
      at += 1;
      part += 1;
    } else if (star) {
      // The last star takes one more; what an earlier one took need never change.
      star.at += 1;
      at = star.at;
      part = star.part + 1;
    } else return false;
  }
  return glob.slice(part).every(({ type }) => type === 'any');
}

const folded = (text: string): string => text.normalize('NFC').toLowerCase();

function accepts(part: Part, char: string): boolean {
  if (part.type === 'char') return part.char === char;
  if (part.type === 'class')
    return part.ranges.some(([from, to]) => from <= char && char <= to) !== part.isNegated;
  return part.type === 'one';
}

/** All combinations of the alternatives in braces; a brace without its other half means itself. */
function expanded(pattern: string): string[] | undefined {
  const brace = firstBraces(pattern);
  if (brace === undefined) return [pattern];
  const results: string[] = [];
  for (const choice of brace.choices) {
    const more = expanded(`${brace.before}${choice}${brace.after}`);
    if (more === undefined || results.length + more.length > CHOICES_MAX) return undefined;
    results.push(...more);
  }
  return results;
}

interface Braces {
  readonly before: string;
  readonly choices: readonly string[];
  readonly after: string;
}

function firstBraces(pattern: string): Braces | undefined {
  let [depth, start] = [0, 0];
  let cuts: number[] = [];
  for (let at = 0; at < pattern.length; at += 1) {
    const sign = pattern[at];
    if (sign === '\\') at += 1;
    else if (sign === '{') {
      if (depth === 0) [start, cuts] = [at, [at]];
      depth += 1;
    } else if (sign === ',' && depth === 1) cuts.push(at);
    else if (sign === '}' && depth > 0) {
      depth -= 1;
      if (depth === 0 && cuts.length > 1) {
        const choices = cuts.map((cut, index) => pattern.slice(cut + 1, cuts[index + 1] ?? at));
        return { before: pattern.slice(0, start), choices, after: pattern.slice(at + 1) };
      }
    }
  }
  return undefined;
}

function parsed(pattern: string): Glob {
  const parts: Part[] = [];
  const chars = Array.from(pattern);
  for (let at = 0; at < chars.length; at += 1) {
    const char = chars[at] as string;
    const found = char === '[' ? classAt(chars, at) : undefined;
    if (found) {
      parts.push(found.part);
      at = found.end;
    } else if (char === '*') {
      if (parts.at(-1)?.type !== 'any') parts.push({ type: 'any' });
    } else if (char === '?') parts.push({ type: 'one' });
    else {
      if (char === '\\' && at + 1 < chars.length) at += 1;
      parts.push({ type: 'char', char: chars[at] as string });
    }
  }
  return parts;
}

/** The class that begins at a bracket; undefined if it has no end, so that the bracket means itself. */
function classAt(chars: readonly string[], start: number): { part: Part; end: number } | undefined {
  const isNegated = chars[start + 1] === '!' || chars[start + 1] === '^';
  const first = start + (isNegated ? 2 : 1);
  const end = chars.indexOf(']', first + 1);
  if (end < 0) return undefined;
  const ranges: Range[] = [];
  for (let at = first; at < end; at += 1) {
    const from = chars[at] as string;
    const isRange = chars[at + 1] === '-' && at + 2 < end;
    ranges.push([from, isRange ? (chars[at + 2] as string) : from]);
    if (isRange) at += 2;
  }
  return { part: { type: 'class', ranges, isNegated }, end };
}
