/** Longer lines are hard to read. */
const LINE_COLUMNS_MAX = 100;

/** What a line may be long on a screen of so many columns, so that the terminal breaks no word. */
export const lineOf = (columns: number): number => Math.min(columns - 1, LINE_COLUMNS_MAX);

/**
 * Text in lines of at most `columns` characters, broken between words; the second and later ones begin with
 * `indent`. A word longer than that stands alone on its line.
 */
export function wrap(text: string, columns: number, indent = ''): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const longer = line === '' ? word : `${line} ${word}`;
    const width = longer.length + (lines.length > 0 ? indent.length : 0);
    if (line === '' || width <= columns) {
      line = longer;
      continue;
    }
    lines.push(lines.length > 0 ? indent + line : line);
    line = word;
  }
  if (line !== '') lines.push(lines.length > 0 ? indent + line : line);
  return lines;
}

/**
 * A sentence in lines of at most `columns` characters: only blanks at which it is broken are left out, so that names
 * in it stay as they are. A word longer than that stands alone, for the terminal to break.
 */
export function breakLine(text: string, columns: number): string[] {
  const lines: string[] = [];
  let rest = text;
  while (rest.length > columns) {
    const before = rest.lastIndexOf(' ', columns);
    const at = before > 0 ? before : rest.indexOf(' ', columns);
    if (at < 0) break;
    lines.push(rest.slice(0, at));
    rest = rest.slice(at + 1);
  }
  return [...lines, rest];
}
