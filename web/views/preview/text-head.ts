/** So much of a text is shown, bytes. */
export const TEXT_HEAD_BYTES = 256 * 1024;

/**
 * The beginning of a file as text. Bytes that are no text become replacement characters; a character that the end
 * cuts in two is left out.
 */
export function textHead(bytes: Uint8Array): string {
  const encoding = encodingOf(bytes);
  return new TextDecoder(encoding, { fatal: false }).decode(bytes, { stream: true });
}

/** More than one control character in a hundred: reading it as text makes no sense. */
export function looksBinary(text: string): boolean {
  const sample = text.slice(0, 4096);
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  const controls = sample.match(/[\u0000-\u0008\u000e-\u001a\u001c-\u001f\ufffd]/g)?.length ?? 0;
  return controls > Math.max(1, sample.length / 100);
}

function encodingOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  return 'utf-8';
}
