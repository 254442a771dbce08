import { CommandError, deferred } from '../../base/index.ts';
import type { Content, ContentFile } from '../../metainfo/index.ts';
import { HeldStorage, ShareStorage, type ContentStorage } from '../../storage/index.ts';
import type { ContentReader } from '../commands.ts';
import { describedContent, type Owned } from './content-view.ts';
import type { Desk } from './desk.ts';
import type { Download } from './download.ts';
import { fileAt, pathOf, prioritiesOf } from './file-choice.ts';
import { heldOf } from './held-pieces.ts';
import type { EntryKey } from './library.ts';

/** Bytes read and handed on at a time. */
const CHUNK_BYTES = 256 * 1024;

interface Opened {
  readonly desk: Desk;
  readonly owned: Owned;
  readonly content: Content;
  readonly file: number;
  readonly storage: ContentStorage;
  /** Undefined: all of it is here. */
  readonly download: Download | undefined;
}

/** Opens one file of a share or download for somebody who may be faster than the download. */
export async function openContent(
  desk: Desk,
  owned: Owned,
  key: EntryKey,
  name: string,
  path: string | undefined,
): Promise<OpenedFile> {
  const content = await describedContent(desk, key, name);
  const file = fileAt(content, path);
  const share = owned.shares.get(key);
  const download = share ? undefined : owned.downloads.get(key);
  const root = (share ?? download)?.entry.root;
  if (root === undefined) throw gone(name);
  const known = share?.entry ?? (await desk.library.known(root));
  const isWhole = download === undefined || (download.entry.state === 'complete' && !download.isServing);
  const storage =
    isWhole && known?.content === key.content
      ? await ShareStorage.open(content, root, desk.tools.files, known.stamps)
      : await HeldStorage.open(content, root, desk.tools.files);
  return new OpenedFile({ desk, owned, content, file, storage, download });
}

export class OpenedFile implements ContentReader {
  static #readers = 0;
  readonly name: string;
  readonly content: string;
  readonly size: number;
  readonly #opened: Opened;
  readonly #file: ContentFile;
  readonly #closing = new AbortController();
  readonly #reading = new Set<number>();

  constructor(opened: Opened) {
    const { content, file } = opened;
    this.#opened = opened;
    this.#file = content.files[file] as ContentFile;
    this.name = this.#file.path.at(-1) ?? content.name;
    this.content = content.contentId;
    this.size = this.#file.length;
  }

  get isClosed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Ends every read. Idempotent. */
  close(): void {
    if (this.isClosed) return;
    this.#closing.abort();
    for (const reader of this.#reading) this.#endRead(reader);
    void this.#opened.storage.close();
  }

  async *read(start: number, end: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    if (!(Number.isSafeInteger(start) && start >= 0 && start <= end && end <= this.size)) {
      throw new CommandError('INVALID_ARGUMENTS', `${this.name} has bytes 0 to ${this.size}`);
    }
    const { content, storage, download } = this.#opened;
    const reader = (OpenedFile.#readers += 1);
    this.#reading.add(reader);
    if (download) download.readers += 1;
    try {
      for (let at = start; at < end;) {
        const step = Math.floor(at / content.pieceLength);
        const begin = at - step * content.pieceLength;
        await this.#ready(reader, this.#file.firstPiece + step, signal);
        const bytes = new Uint8Array(Math.min(CHUNK_BYTES, end - at, content.pieceLength - begin));
        await storage.readBlock(this.#file.firstPiece + step, begin, bytes);
        yield bytes;
        at += bytes.length;
      }
    } finally {
      this.#endRead(reader);
    }
  }

  /** Whoever stopped amid a read without a word is no reader any more when the file is closed. */
  #endRead(reader: number): void {
    const { download } = this.#opened;
    if (!this.#reading.delete(reader) || !download) return;
    download.readers -= 1;
    download.run?.endRead(reader);
  }

  /** Waits until the piece is held, and has it and what follows it asked for first. */
  async #ready(reader: number, piece: number, signal: AbortSignal): Promise<void> {
    this.#checkOpen(signal);
    const { download, owned } = this.#opened;
    if (!download) return;
    const { firstPiece, pieceCount } = this.#file;
    const moveOn = (): void => download.run?.read(reader, piece, firstPiece + pieceCount);
    let run = download.run;
    moveOn();
    if (download.held?.get(piece) === true) return;
    if (!run) owned.downloads.schedule();
    while (!(await this.#isHeldAfterNews(piece, signal))) {
      if (download.run === run) continue;
      run = download.run;
      moveOn();
    }
  }

  /** Looks, and if it is not there yet, waits for something to happen to the download. */
  async #isHeldAfterNews(piece: number, signal: AbortSignal): Promise<boolean> {
    const { desk, content, download } = this.#opened;
    if (!download) return true;
    const news = deferred<void>();
    const wake = (): void => news.resolve();
    const stopListening = download.news.listen(wake);
    signal.addEventListener('abort', wake);
    this.#closing.signal.addEventListener('abort', wake);
    try {
      if ((await heldOf(desk, download, content)).get(piece)) return true;
      this.#checkHope(download);
      this.#checkOpen(signal);
      await news.promise;
      this.#checkOpen(signal);
      return false;
    } finally {
      stopListening();
      signal.removeEventListener('abort', wake);
      this.#closing.signal.removeEventListener('abort', wake);
    }
  }

  #checkOpen(signal: AbortSignal): void {
    if (signal.aborted || this.isClosed)
      throw new CommandError('INTERRUPTED', `${this.name} is read no more`);
  }

  /** Throws NOT_READY where nothing more will come of itself. */
  #checkHope(download: Download): void {
    const { owned, content, file } = this.#opened;
    const { entry } = download;
    if (owned.downloads.get(entry) !== download) throw gone(entry.name);
    if (entry.state === 'paused' || entry.state === 'failed') {
      throw new CommandError(
        'NOT_READY',
        `${entry.name} is ${entry.state}: resume_download, then open it again`,
      );
    }
    if (prioritiesOf(entry, content)[file] === 'skip') {
      throw new CommandError('NOT_READY', `${pathOf(this.#file)} is skipped: choose it first`);
    }
  }
}

const gone = (name: string): CommandError =>
  new CommandError('NO_SUCH_FILE', `${name} is neither shared nor downloaded here any more`);
