import type { ContentId } from '../../base/index.ts';
import type { Content } from '../../metainfo/index.ts';

/** Files in all of them together; a content that alone has more is kept by itself. */
const FILES_MAX = 50_000;

/** What was read last: a description of many files takes long to read, and is asked for again and again while it is looked at. */
export class RecentContents {
  /** The one that was wanted last is the last. */
  readonly #contents = new Map<ContentId, Content>();
  #files = 0;

  get(id: ContentId): Content | undefined {
    const content = this.#contents.get(id);
    if (!content) return undefined;
    this.#contents.delete(id);
    this.#contents.set(id, content);
    return content;
  }

  keep(content: Content): void {
    if (this.get(content.contentId)) return;
    this.#contents.set(content.contentId, content);
    this.#files += content.files.length;
    for (const [id, oldest] of this.#contents) {
      if (this.#files <= FILES_MAX || oldest === content) return;
      this.#contents.delete(id);
      this.#files -= oldest.files.length;
    }
  }
}
