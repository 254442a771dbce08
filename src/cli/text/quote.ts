/** How a word is protected from the shell: by backslashes, or inside one kind of quotes. */
export type QuoteStyle = 'bare' | '"' | "'";

const NEEDS_QUOTES = /^$|[ \t\r\n"'\\]/;

/** The word as it must be typed to mean `text`: quoted only where the shell needs it. */
export function quoteWord(text: string): string {
  return NEEDS_QUOTES.test(text) ? quoteAs(text, '"') : text;
}

/** `text` protected in the given style, with both quotes. */
export function quoteAs(text: string, style: QuoteStyle): string {
  if (style === '"') return `"${text.replace(/["\\]/g, '\\$&')}"`;
  if (style === "'") return `'${text.replaceAll("'", String.raw`'\''`)}'`;
  return text.replace(/[ \t\r\n"'\\]/g, '\\$&');
}
