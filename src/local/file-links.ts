import { localStreams } from '../api/index.ts';
import { type Clock, secretBytes, sha256Hex, toBase64Url } from '../base/index.ts';
import { mediaTypeOf, type Preview } from './media-type.ts';
import type { NodeHost, OpenedLink } from './node-host.ts';
import { Refusal } from './refusal.ts';

/** Since it was last used. */
const LINK_MS = 12 * 3_600_000;
const LINKS_MAX = 1_000;

/** A file that can be read by whoever knows its address. */
export interface FileLink {
  /** Who was logged in when it was made: it opens for nobody else. */
  readonly user: string | null;
  readonly group: string;
  readonly file: string;
  readonly path: string | undefined;
  readonly name: string;
  readonly type: string;
  readonly preview: Preview;
}

/** Addresses of files, which can't be guessed: 128 random bits each. Players know no cookies. */
export class FileLinks {
  readonly #host: NodeHost;
  readonly #clock: Clock;
  readonly #links = new Map<string, FileLink & { usedAtMs: number }>();
  readonly #ids = new Map<string, string>();

  constructor(host: NodeHost, clock: Clock) {
    this.#host = host;
    this.#clock = clock;
  }

  /** The same address again for the same file. Rejects as `openContent` does. */
  async open(group: string, file: string, path: string | undefined): Promise<OpenedLink> {
    const reader = await this.#host.node().openContent(group, file, path);
    const { name, size } = reader;
    reader.close();
    const { type, preview } = mediaTypeOf(name);
    const { user } = this.#host.state;
    const key = sha256Hex(JSON.stringify([user, group, file, path]));
    const id = this.#ids.get(key) ?? toBase64Url(secretBytes(16));
    this.#ids.delete(key);
    this.#links.set(id, { user, group, file, path, name, type, preview, usedAtMs: this.#clock.nowMs() });
    this.#ids.set(key, id);
    this.#dropOldest();
    return { url: `${localStreams.files}/${id}/${encodeURIComponent(name)}`, name, size, type, preview };
  }

  /** What a path of `open` stands for. Throws a Refusal where there is none, or it is too old. */
  find(pathname: string): FileLink {
    const [id = '', name, ...more] = pathname.slice(localStreams.files.length + 1).split('/');
    const link = this.#links.get(id);
    const isNow = link !== undefined && this.#clock.nowMs() - link.usedAtMs < LINK_MS;
    if (
      !isNow ||
      link.user !== this.#host.state.user ||
      name !== encodeURIComponent(link.name) ||
      more.length > 0
    )
      throw new Refusal(
        404,
        'NO_SUCH_FILE',
        'this address has expired, or never was: open the file on the page again',
      );
    link.usedAtMs = this.#clock.nowMs();
    return link;
  }

  #dropOldest(): void {
    for (const [key, id] of this.#ids) {
      if (this.#links.size <= LINKS_MAX) return;
      this.#ids.delete(key);
      this.#links.delete(id);
    }
  }
}
