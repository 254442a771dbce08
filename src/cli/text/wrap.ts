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
