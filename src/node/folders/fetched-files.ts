import type { ContentId, GroupId } from '../../base/index.ts';
import type { OfferedFile } from '../transfers/file-names.ts';
import type { KeptFetched } from './folder-book.ts';
import type { FolderTransfers } from './folder-tools.ts';
import { newerVersion } from './newer-version.ts';

const FILES_MAX = 20_000;
/** Of one name: contents that were fetched, and those who brought the latest. */
const [CONTENTS_MAX, FROM_MAX] = [8, 16] as const;

/** What was fetched into a folder, by name, and who brought it to the group: they may offer a newer version. */
export class FetchedFiles {
  /** The one that was fetched last comes last. */
  readonly #files: Map<string, KeptFetched>;
  readonly #gid: GroupId;
  readonly #transfers: FolderTransfers;

  constructor(gid: GroupId, kept: readonly KeptFetched[], transfers: FolderTransfers) {
    this.#gid = gid;
    this.#transfers = transfers;
    this.#files = new Map(kept.map((file) => [file.name, file]));
  }

  get kept(): KeptFetched[] {
    return [...this.#files.values()];
  }

  /** Contents that had this name, the latest first. */
  contentsOf(name: string): readonly ContentId[] {
    return this.#files.get(name)?.contents ?? [];
  }

  /** It is being fetched from now on. */
  note({ name, content, origins }: OfferedFile): void {
    const earlier = this.contentsOf(name).filter((each) => each !== content);
    this.#files.delete(name);
    const contents = [content, ...earlier].slice(0, CONTENTS_MAX);
    this.#files.set(name, { name, contents, from: origins.slice(0, FROM_MAX) });
    for (const oldest of this.#files.keys()) {
      if (this.#files.size <= FILES_MAX) return;
      this.#files.delete(oldest);
    }
  }

  /** Which of the offers are newer versions of what was fetched, by name. */
  newerAmong(offers: readonly OfferedFile[]): Map<string, OfferedFile> {
    const byName = new Map<string, OfferedFile[]>();
    for (const offer of offers) {
      const sameName = byName.get(offer.name);
      if (sameName) sameName.push(offer);
      else if (this.#files.has(offer.name)) byName.set(offer.name, [offer]);
    }
    const newer = new Map<string, OfferedFile>();
    for (const [name, sameName] of byName) {
      const file = this.#files.get(name);
      const found = file && newerVersion(file, sameName);
      if (found) newer.set(name, found);
    }
    return newer;
  }

  /** Whether it lies at `root` as it came. */
  isAt(root: string, name: string): boolean {
    const contents = this.contentsOf(name);
    return this.#transfers
      .ownShares()
      .some((share) => share.gid === this.#gid && share.root === root && contents.includes(share.content));
  }

  /** Whether somebody who brought what was fetched has brought this, too, perhaps in its place in a moment. */
  isOfItsOrigins({ name, origins }: OfferedFile): boolean {
    const from = this.#files.get(name)?.from ?? [];
    return origins.some((uid) => from.includes(uid));
  }

  /** What is still being fetched though there is a newer version is not waited for; what the user has paused is let be. */
  async dropSuperseded(newer: ReadonlyMap<string, OfferedFile>): Promise<void> {
    const begun = this.#transfers
      .ownDownloads()
      .filter(({ gid, state }) => gid === this.#gid && (state === 'wanted' || state === 'failed'))
      .map(({ content }) => content);
    for (const { name, content } of newer.values()) {
      const older = this.contentsOf(name).filter((each) => each !== content && begun.includes(each));
      for (const each of older) await this.#transfers.dropUnfinished({ gid: this.#gid, content: each });
    }
  }
}
