import type { Option, OptionTable } from './command.ts';

/** What a word after a command's name is. `at`: which word it is, from 0. */
export type Placed =
  | { readonly is: 'argument'; readonly text: string; readonly at: number }
  /** `value` is undefined where none follows; of a flag that got one by `=` it is that. */
  | {
      readonly is: 'option';
      readonly name: string;
      readonly option: Option;
      readonly value: string | undefined;
      readonly at: number;
    }
  /** Looks like an option, and is none of this command. */
  | { readonly is: 'unknown'; readonly text: string; readonly at: number }
  /** `--`: what follows are arguments whatever they look like. */
  | { readonly is: 'end'; readonly at: number };

/** Tells options from arguments; checks nothing. */
export function placeWords(options: OptionTable, words: readonly string[]): Placed[] {
  const placed: Placed[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const text = words[at] ?? '';
    const long = longOf(options, text);
    if (placed.some(({ is }) => is === 'end') || !long.startsWith('--'))
      placed.push({ is: 'argument', text, at });
    else if (text === '--') placed.push({ is: 'end', at });
    else {
      const found = placeOption(options, long, at, words[at + 1]);
      placed.push(found);
      if (found.is === 'option' && found.value !== undefined && !text.includes('=')) at += 1;
    }
  }
  return placed;
}

/** `-f` as `--follow`, where there is such a letter. */
function longOf(options: OptionTable, text: string): string {
  if (!/^-[a-z]$/i.test(text)) return text;
  const name = Object.keys(options).find((each) => options[each]?.short === text.charAt(1));
  return name === undefined ? text : `--${name}`;
}

function placeOption(options: OptionTable, text: string, at: number, next: string | undefined): Placed {
  const equals = text.indexOf('=');
  const name = equals < 0 ? text.slice(2) : text.slice(2, equals);
  const option = Object.hasOwn(options, name) ? options[name] : undefined;
  if (option === undefined) return { is: 'unknown', text, at };
  if (equals >= 0) return { is: 'option', name, option, value: text.slice(equals + 1), at };
  return { is: 'option', name, option, value: option.kind === 'flag' ? undefined : next, at };
}
