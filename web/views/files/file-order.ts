import type { FileRow } from '../../state/store.ts';
import { byName } from '../../text/by-name.ts';

export type FileOrder = 'name' | 'biggest' | 'smallest' | 'seeds' | 'mine';
export const FILE_ORDERS = [
  ['name', 'Name'],
  ['biggest', 'Biggest first'],
  ['smallest', 'Smallest first'],
  ['seeds', 'Most seeds'],
  ['mine', 'Mine first'],
] as const;

/** The rows that hold every word of `filter` in their name or among their sharers, in the order asked for. */
export function pickFiles(
  rows: readonly FileRow[],
  filter: string,
  order: FileOrder,
  isMine: (row: FileRow) => boolean,
): FileRow[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const found = rows.filter((row) => {
    const text = `${row.file} ${row.sharers.join(' ')}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const first: Record<FileOrder, (a: FileRow, b: FileRow) => number> = {
    name: () => 0,
    biggest: (a, b) => b.size - a.size,
    smallest: (a, b) => a.size - b.size,
    seeds: (a, b) => b.seeds - a.seeds,
    mine: (a, b) => Number(isMine(b)) - Number(isMine(a)),
  };
  return found.sort((a, b) => first[order](a, b) || byName(a.file, b.file));
}

/** How the node is told which one is meant: by name, and by content where several have that name. */
export function fileArguments(rows: readonly FileRow[]): (row: FileRow) => string {
  const seen = new Map<string, number>();
  for (const { file } of rows) seen.set(file, (seen.get(file) ?? 0) + 1);
  return (row) => ((seen.get(row.file) ?? 0) > 1 ? `${row.file}@${row.content}` : row.file);
}
