/**
 * Characters that make a terminal (or a reader of lines) do something else than show them: control
 * characters, line and paragraph separators, marks that turn the direction of writing, lone surrogates.
 */
const DANGEROUS = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

const SHORT: Readonly<Record<string, string>> = {
  '\n': String.raw`\n`,
  '\r': String.raw`\r`,
  '\t': String.raw`\t`,
};

/** Text from anywhere, safe to print on one line. Doing it twice changes nothing. */
export function escapeControls(text: string): string {
  return text.replace(DANGEROUS, (char) => SHORT[char] ?? escapeCodePoint(char.codePointAt(0) ?? 0));
}

/** True when printing `text` as it is would be unsafe: such a name cannot be typed either. */
export function hasControls(text: string): boolean {
  return text.search(DANGEROUS) >= 0;
}

/** The value as one line of JSON in which the same characters stand as `\uXXXX`: it parses back unchanged. */
export function toSafeJson(value: unknown): string {
  return JSON.stringify(value).replace(DANGEROUS, (char) => `\\u${hex(char.charCodeAt(0), 4)}`);
}

function escapeCodePoint(code: number): string {
  return code < 0x100 ? `\\x${hex(code, 2)}` : `\\u{${hex(code, 1)}}`;
}

const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, '0');
