/** A download, as far as it is called by a name. */
interface Called {
  readonly group: string;
  readonly file: string;
  /** Content id, 64 hex digits. */
  readonly content: string;
}

/** So many digits of a content's id tell it from any other of that name. */
const ID_DIGITS = 16;

/** Whether `typed` means it: its name, or `name@content` with the beginning of the content's id. */
export function isCalled({ file, content }: Called, typed: string): boolean {
  if (typed === file) return true;
  return typed.startsWith(`${file}@`) && content.startsWith(typed.slice(file.length + 1));
}

/** Its name, with its content where another one in the group has that name. */
export function nameAmong(all: readonly Called[], { group, file, content }: Called): string {
  const isAlone = !all.some((row) => row.group === group && row.file === file && row.content !== content);
  return isAlone ? file : `${file}@${content.slice(0, ID_DIGITS)}`;
}
