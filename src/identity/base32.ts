/** Crockford's base32: no I, L, O, U, so that a code survives being read aloud or written by hand. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const BITS_PER_CHAR = 5;

/** `bytes` as base32, most significant bits first; the last character is filled up with zero bits. */
export function toBase32(bytes: Uint8Array): string {
  let text = '';
  let bits = 0;
  let held = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= BITS_PER_CHAR) {
      bits -= BITS_PER_CHAR;
      text += ALPHABET[(held >>> bits) & 31];
    }
    held &= (1 << bits) - 1;
  }
  return bits > 0 ? text + ALPHABET[(held << (BITS_PER_CHAR - bits)) & 31] : text;
}

/**
 * What a person typed, as toBase32 would have written it: any case, spaces and hyphens dropped, O read as 0, I and L
 * as 1. Undefined if another character remains.
 */
export function normalizeBase32(text: string): string | undefined {
  const plain = text.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
  return /^[0-9A-HJKMNP-TV-Z]*$/.test(plain) ? plain : undefined;
}

/** The whole bytes that `text` spells; bits beyond the last whole byte are dropped. Takes normalized text. */
export function fromBase32(text: string): Uint8Array {
  const bytes = new Uint8Array(Math.floor((text.length * BITS_PER_CHAR) / 8));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const char of text) {
    held = ((held << BITS_PER_CHAR) | ALPHABET.indexOf(char)) & 0xfff;
    bits += BITS_PER_CHAR;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = (held >>> bits) & 0xff;
    }
  }
  return bytes;
}
