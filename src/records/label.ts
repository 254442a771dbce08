const LABEL = /^[A-Za-z0-9._-]{1,32}$/;
/** How a label looks whose claim lost: nobody can create it, as `~` is in no label. */
const RENAMED = /^([A-Za-z0-9._-]{1,32})~([0-9a-f]{4,64})$/;
export const SHORT_ID_CHARS = 4;
const SHARE_NAME_BYTES_MAX = 255;

/** Whether a user or a group can ask for this name. */
export const isLabel = (text: string): boolean => LABEL.test(text);

/** Labels that fold alike are the same label. */
export const foldLabel = (label: string): string => label.toLowerCase();

/** A label as typed: plain, or with the beginning of the id that tells it from others of that name. */
export interface LabelRef {
  readonly folded: string;
  readonly idPrefix?: string;
}

/** Undefined if nobody can bear that name. */
export function parseLabelRef(text: string): LabelRef | undefined {
  if (isLabel(text)) return { folded: foldLabel(text) };
  const [, label, idPrefix] = RENAMED.exec(text) ?? [];
  return label === undefined || idPrefix === undefined ? undefined : { folded: foldLabel(label), idPrefix };
}

/** Control characters, halves of characters, line separators, and what reverses the direction of text after it. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u;

/** Why `name` cannot be the name of a share, in plain words; undefined if it can. */
export function shareNameFault(name: string): string | undefined {
  if (name === '' || name === '.' || name === '..') return 'it is no name';
  if (UNPRINTABLE.test(name)) return 'it has characters that cannot be shown';
  if (/[/\\]/.test(name)) return 'it has a slash or backslash';
  if (name.normalize('NFC') !== name) return 'it is not in Unicode form NFC';
  return Buffer.byteLength(name) > SHARE_NAME_BYTES_MAX ? 'it is longer than 255 bytes' : undefined;
}
