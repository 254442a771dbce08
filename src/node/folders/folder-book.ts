import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { localRows } from '../../api/index.ts';
import { diskError, type ContentId, type GroupId, type UserId } from '../../base/index.ts';
import { readPrivateFile, writePrivateFile } from '../private-file.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const groupId = hash.transform((text) => text as GroupId);
const userId = hash.transform((text) => text as UserId);
const contentId = hash.transform((text) => text as ContentId);

const keptWatch = z.object({
  gid: groupId,
  /** Absolute, free of links. */
  path: z.string(),
  /** By which the folder is told from another one in its place, such as an empty mount point. */
  identity: z.string(),
  /** Entries that the user shares no more, by name: as they looked then. */
  stopped: z.record(z.string(), z.string()),
});
export type KeptWatch = z.infer<typeof keptWatch>;

const keptFetched = z.object({
  name: z.string(),
  /** The latest first. */
  contents: z.array(contentId),
  /** Who had brought the latest then. */
  from: z.array(userId).readonly(),
});
export type KeptFetched = z.infer<typeof keptFetched>;

const keptFollow = z.object({
  gid: groupId,
  /** Absolute, free of links. */
  folder: z.string(),
  terms: localRows.followTerms,
  /** Contents whose download was begun: never again, whatever became of it. The oldest first. */
  begun: z.array(contentId),
  /** Contents that this user shared itself. */
  own: z.array(contentId),
  fetched: z.array(keptFetched).default([]),
});
export type KeptFollow = z.infer<typeof keptFollow>;

const bookSchema = z.object({ watches: z.array(keptWatch), follows: z.array(keptFollow) });
type Book = z.infer<typeof bookSchema>;

/** Which folders one user has tended on this machine, and what must not be done twice there. */
export class FolderBook {
  readonly data: Book;
  readonly #path: string;
  readonly #onFailure: (text: string) => void;
  #isDirty = false;
  #writing: Promise<void> = Promise.resolve();

  private constructor(path: string, data: Book, onFailure: (text: string) => void) {
    this.#path = path;
    this.data = data;
    this.#onFailure = onFailure;
  }

  /**
   * @param onFailure told in plain words of changes that could not be written, and if the file is damaged: then it is put aside,
   * and no folder is tended
   */
  static async open(userDir: string, onFailure: (text: string) => void): Promise<FolderBook> {
    const path = join(userDir, 'folders.json');
    const bytes = await readPrivateFile(path);
    if (bytes === undefined) return new FolderBook(path, noBook(), onFailure);
    try {
      return new FolderBook(path, bookSchema.parse(JSON.parse(new TextDecoder().decode(bytes))), onFailure);
    } catch {
      await rename(path, `${path}.damaged`);
      onFailure(`${path} was damaged: watch_folder and follow_group your folders again`);
      return new FolderBook(path, noBook(), onFailure);
    }
  }

  /** After a change of `data`: several in one turn are one write. */
  save(): void {
    if (this.#isDirty) return;
    this.#isDirty = true;
    this.#writing = this.#writing
      .then(() => {
        this.#isDirty = false;
        return writePrivateFile(this.#path, JSON.stringify(this.data));
      })
      .catch((error: unknown) => this.#onFailure(diskError(error, this.#path).message));
  }

  /** Resolves when all changes so far are on disk, or reported as not. */
  settled(): Promise<void> {
    return this.#writing;
  }
}

const noBook = (): Book => ({ watches: [], follows: [] });
