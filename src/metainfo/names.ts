/** A file name in UTF-8: what ext4, APFS and NTFS can all hold. */
const NAME_BYTES_MAX = 255;
/** A path inside a content, with its separators, in UTF-8 bytes. */
export const PATH_BYTES_MAX = 2048;
/** Folders inside one another, and the file. Stays below the nesting that other clients' decoders allow. */
export const PATH_DEPTH_MAX = 80;

const SEPARATOR = /[/\\]/;
/** C0, DEL, C1, line separators, and marks that make a name read other than it is. */
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/;
const LONE_SURROGATE = /\p{Surrogate}/u;
/** Windows opens a device for these, whatever the extension and wherever the folder. */
const DEVICE = /^(?:con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(?:\.|$)/i;
const WINDOWS_FORBIDDEN = /[<>:"|?*]/;

/**
 * Why `name` cannot be one component of a path in a content; undefined if it can. What is refused would leave
 * its folder, or silently become another file on some system.
 */
export function checkName(name: string): string | undefined {
  if (name === '') return 'it is empty';
  if (name === '.' || name === '..') return 'it points to a folder';
  if (SEPARATOR.test(name)) return 'it contains a path separator';
  if (CONTROL.test(name)) return 'it contains a control character';
  if (LONE_SURROGATE.test(name)) return 'it is not valid Unicode';
  if (Buffer.byteLength(name) > NAME_BYTES_MAX) return `it is longer than ${NAME_BYTES_MAX} bytes`;
  if (/[. ]$/.test(name)) return 'it ends with a dot or a space, which Windows drops';
  if (DEVICE.test(name)) return 'it is the name of a device on Windows';
  return undefined;
}

/** Why a folder on `platform` cannot hold a file of this (checked) name; undefined if it can. */
export function checkNameOn(platform: NodeJS.Platform, name: string): string | undefined {
  if (platform !== 'win32' || !WINDOWS_FORBIDDEN.test(name)) return undefined;
  return 'it contains one of < > : " | ? *, which Windows forbids';
}

/** Names with the same fold are one file on some system: equal but for case or Unicode form. */
export function foldName(name: string): string {
  return name.normalize('NFD').toLowerCase().toUpperCase().normalize('NFC');
}
