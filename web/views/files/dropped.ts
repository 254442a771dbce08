import type { Dropped } from '../../state/uploads.ts';

/** More files than this in one folder are no folder for a drop: sharing by its path needs no copy. */
const DROPPED_FILES_MAX = 20_000;

/**
 * What was dropped, folders read to their ends. Must be called in the drop event itself: the browser forgets its
 * entries afterwards. Rejects where a folder cannot be read or holds too many files.
 */
export function readDropped(transfer: DataTransfer): Promise<Dropped[]> {
  const entries = [...transfer.items]
    .filter((item) => item.kind === 'file')
    .map((item) => ({ entry: item.webkitGetAsEntry(), file: item.getAsFile() }));
  return Promise.all(
    entries.flatMap(({ entry, file }) => {
      if (entry?.isDirectory) return [readFolder(entry as FileSystemDirectoryEntry)];
      return file ? [Promise.resolve(single(file))] : [];
    }),
  );
}

/** What an `<input type="file">` gave: files each for itself, or one folder with all that is in it. */
export function readChosen(files: readonly File[]): Dropped[] {
  const first = files[0]?.webkitRelativePath ?? '';
  if (!first.includes('/')) return files.map(single);
  const name = first.slice(0, first.indexOf('/'));
  return [
    {
      name,
      folder: true,
      files: files.map((file) => ({ path: file.webkitRelativePath.slice(name.length + 1), file })),
    },
  ];
}

function single(file: File): Dropped {
  return { name: file.name, folder: false, files: [{ path: file.name, file }] };
}

async function readFolder(folder: FileSystemDirectoryEntry): Promise<Dropped> {
  const files: { path: string; file: File }[] = [];
  await collect(folder, '', files);
  return { name: folder.name, folder: true, files };
}

async function collect(
  folder: FileSystemDirectoryEntry,
  prefix: string,
  into: { path: string; file: File }[],
): Promise<void> {
  const reader = folder.createReader();
  for (;;) {
    // A reader gives its entries by the hundred; an empty answer is the end.
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (batch.length === 0) return;
    for (const entry of batch) {
      const path = `${prefix}${entry.name}`;
      if (entry.isDirectory) await collect(entry as FileSystemDirectoryEntry, `${path}/`, into);
      else into.push({ path, file: await fileOf(entry as FileSystemFileEntry) });
      if (into.length > DROPPED_FILES_MAX)
        throw new Error(
          `more than ${DROPPED_FILES_MAX.toLocaleString('en')} files in it: share it by its path instead`,
        );
    }
  }
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}
