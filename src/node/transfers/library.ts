import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

import {
  diskError,
  ERROR_CODES,
  sha256Hex,
  utf8,
  type ContentId,
  type GroupId,
  type Logger,
} from '../../base/index.ts';
import { buildTorrent, parseTorrentInfo, PieceLayers, type Content } from '../../metainfo/index.ts';
import { RecentContents } from './recent-contents.ts';
import { readPrivateFile, writePrivateFile } from '../private-file.ts';

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const groupId = hash.transform((text) => text as GroupId);
const contentId = hash.transform((text) => text as ContentId);

const stamps = z.array(z.object({ size: z.number(), mtimeMs: z.number() })).readonly();

const facts = {
  gid: groupId,
  content: contentId,
  /** As the group's lists show it. */
  name: z.string(),
  /** Bytes. */
  size: z.number().int().nonnegative(),
  files: z.number().int().positive(),
  /** Absolute path of the file or folder. */
  root: z.string(),
};

const shareEntry = z.object({
  ...facts,
  /** Size and time of each file when it was hashed, in the content's order. */
  stamps,
  /** Whether a tracker has taken the share's record. */
  published: z.boolean(),
  /** It was fetched from others of the group. */
  copy: z.boolean().optional(),
  /** It is over, but no tracker has been told yet. */
  ended: z.boolean().optional(),
});
export type ShareEntry = Readonly<z.infer<typeof shareEntry>>;

/** Files that were hashed once: as long as their stamps are the same they need not be hashed again. */
const knownFiles = shareEntry.pick({ root: true, content: true, stamps: true });
export type KnownFiles = Readonly<z.infer<typeof knownFiles>>;

/** What lies at `place`, if it is one of these contents still: a newer version, when it is whole, goes there. */
const replaces = z.object({ place: z.string(), contents: z.array(contentId).readonly() });
export type Replaces = Readonly<z.infer<typeof replaces>>;

const downloadEntry = z.object({
  ...facts,
  /** `wanted` covers active and queued: which of the two is decided while running. */
  state: z.enum(['wanted', 'paused', 'complete', 'failed']),
  /** Why it failed. */
  code: z.enum(ERROR_CODES).optional(),
  text: z.string().optional(),
  /** Bytes verified when last looked at, for lists while it does not run. */
  heldBytes: z.number().nonnegative(),
  /** What stood at `root` before: to be checked, never written to. */
  adopt: z.boolean(),
  /** Order in the queue. */
  position: z.number().int(),
  /** Its place among downloads, before `position` counts. */
  priority: z.enum(['low', 'normal', 'high']).default('normal'),
  /** A letter for each file of the content, see `choiceOf`. Absent: all are normal. */
  choice: z
    .string()
    .regex(/^[slnh]*$/)
    .optional(),
  /** Of the wanted files when they were complete, in the content's order. */
  stamps: stamps.optional(),
  /** Only these paths are wanted: to become `choice` when the description is here. */
  only: z.array(z.string()).readonly().optional(),
  /** It is to be paused as soon as its description is here. */
  hold: z.boolean().optional(),
  /** Bytes of the wanted files, and of them what is not held. Absent: all of them. */
  wantedBytes: z.number().nonnegative().optional(),
  lackingBytes: z.number().nonnegative().optional(),
  replaces: replaces.optional(),
});
export type DownloadEntry = Readonly<z.infer<typeof downloadEntry>>;

/** What an entry is about. */
export type EntryKey = Pick<ShareEntry, 'gid' | 'content'>;

/** Beyond so many places on disk some are forgotten, and hashed anew if they are shared again. */
const KNOWN_MAX = 10_000;

const nameOf = ({ gid, content }: EntryKey): string => `${gid}.${content}`;

/**
 * What one user shares and downloads on this machine, kept across restarts: a small file each, replaced as a whole, so
 * that a thousand shares cost no rewriting and a damaged one takes no other with it.
 */
export class Library {
  readonly #folder: string;
  readonly #log: Logger;
  /** By path: the last write or removal, so that the next one waits for it. */
  readonly #writes = new Map<string, Promise<void>>();
  readonly #contents = new RecentContents();

  private constructor(folder: string, log: Logger) {
    this.#folder = folder;
    this.#log = log;
  }

  /** Below `userDir`, which exists. */
  static async open(userDir: string, log: Logger): Promise<Library> {
    for (const name of ['shares', 'downloads', 'contents', 'resume', 'known']) {
      await mkdir(join(userDir, name), { recursive: true, mode: 0o700 });
    }
    const library = new Library(userDir, log);
    const known = await readdir(join(userDir, 'known'));
    for (const name of known.slice(KNOWN_MAX)) await library.#remove(join(userDir, 'known', name));
    return library;
  }

  shares(): Promise<ShareEntry[]> {
    return this.#readAll('shares', shareEntry);
  }

  downloads(): Promise<DownloadEntry[]> {
    return this.#readAll('downloads', downloadEntry);
  }

  putShare(entry: ShareEntry): Promise<void> {
    return this.#put('shares', entry);
  }

  putDownload(entry: DownloadEntry): Promise<void> {
    return this.#put('downloads', entry);
  }

  removeShare(key: EntryKey): Promise<void> {
    return this.#remove(this.#pathOf('shares', key));
  }

  async removeDownload(key: EntryKey): Promise<void> {
    await this.#remove(this.#pathOf('downloads', key));
    await this.#remove(this.resumePath(key));
  }

  /** Remembers what lies at a path, also when it is no longer shared. */
  putKnown({ root, content, stamps }: KnownFiles): Promise<void> {
    return this.#write(this.#knownPath(root), JSON.stringify({ root, content, stamps }));
  }

  /** What was hashed at that path last. */
  async known(root: string): Promise<KnownFiles | undefined> {
    const bytes = await readPrivateFile(this.#knownPath(root));
    const parsed = knownFiles.safeParse(bytes && parseJson(bytes));
    return parsed.success && parsed.data.root === root ? parsed.data : undefined;
  }

  /** Where the record of held pieces of a download lies. */
  resumePath(key: EntryKey): string {
    return join(this.#folder, 'resume', nameOf(key));
  }

  /** Keeps what a content consists of. */
  putContent(content: Content): Promise<void> {
    return this.#write(this.#contentPath(content.contentId, 'info'), buildTorrent(content).infoBytes);
  }

  /** Undefined if it is not kept, or was damaged. */
  async content(id: ContentId): Promise<Content | undefined> {
    const known = this.#contents.get(id);
    if (known) return known;
    const path = this.#contentPath(id, 'info');
    const bytes = await readPrivateFile(path);
    if (bytes === undefined) return undefined;
    try {
      const { content } = parseTorrentInfo(new Uint8Array(bytes));
      if (content.contentId !== id) return undefined;
      this.#contents.keep(content);
      return content;
    } catch (error) {
      this.#log.warn('library.bad-content', { path, reason: (error as Error).message });
      return undefined;
    }
  }

  putLayers(id: ContentId, layers: PieceLayers): Promise<void> {
    return this.#write(this.#contentPath(id, 'layers'), layers.toBytes());
  }

  /** The hashes of all pieces; undefined if they are not kept or do not fit. */
  async layers(content: Content): Promise<PieceLayers | undefined> {
    const bytes = await readPrivateFile(this.#contentPath(content.contentId, 'layers'));
    return bytes && PieceLayers.fromBytes(content, new Uint8Array(bytes));
  }

  #contentPath(id: ContentId, kind: 'info' | 'layers'): string {
    return join(this.#folder, 'contents', `${id}.${kind}`);
  }

  #knownPath(root: string): string {
    return join(this.#folder, 'known', `${sha256Hex(utf8(root))}.json`);
  }

  #pathOf(kind: 'shares' | 'downloads', key: EntryKey): string {
    return join(this.#folder, kind, `${nameOf(key)}.json`);
  }

  #put(kind: 'shares' | 'downloads', entry: ShareEntry | DownloadEntry): Promise<void> {
    return this.#write(this.#pathOf(kind, entry), JSON.stringify(entry));
  }

  #write(path: string, bytes: Uint8Array | string): Promise<void> {
    return this.#inTurn(path, () => writePrivateFile(path, bytes));
  }

  #remove(path: string): Promise<void> {
    return this.#inTurn(path, () => rm(path, { force: true }));
  }

  async #inTurn(path: string, change: () => Promise<void>): Promise<void> {
    const before = this.#writes.get(path) ?? Promise.resolve();
    const work = before.then(change, change);
    this.#writes.set(path, work);
    try {
      await work;
    } catch (error) {
      throw diskError(error, path);
    } finally {
      if (this.#writes.get(path) === work) this.#writes.delete(path);
    }
  }

  async #readAll<T>(kind: 'shares' | 'downloads', schema: z.ZodType<T>): Promise<T[]> {
    const folder = join(this.#folder, kind);
    const entries: T[] = [];
    for (const name of (await readdir(folder)).toSorted()) {
      if (!name.endsWith('.json')) continue;
      const bytes = await readPrivateFile(join(folder, name));
      const parsed = schema.safeParse(bytes && parseJson(bytes));
      if (parsed.success) entries.push(parsed.data);
      else this.#log.warn('library.bad-entry', { kind, name });
    }
    return entries;
  }
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
