import { CommandError, Gate, type GroupId } from '../../base/index.ts';
import type { FollowTerms } from '../commands.ts';
import type { FolderBook, KeptFollow, KeptWatch } from './folder-book.ts';
import type { FolderTools, FolderUser } from './folder-tools.ts';
import { FollowedGroup } from './followed-group.ts';
import { WatchedFolder } from './watched-folder.ts';

const WATCHES_MAX = 50;
const FOLLOWS_MAX = 50;

/** The folders that one user has tended on this machine, from log-in to log-out. What changes is kept. */
export class TendedFolders {
  readonly user: FolderUser;
  readonly #book: FolderBook;
  readonly #tools: FolderTools;
  readonly #uploads = new Gate(1);
  readonly #watches = new Set<WatchedFolder>();
  readonly #follows = new Map<GroupId, FollowedGroup>();

  constructor(user: FolderUser, book: FolderBook, tools: FolderTools) {
    this.user = user;
    this.#book = book;
    this.#tools = tools;
    for (const kept of book.data.watches) this.#watches.add(this.#watched(kept));
    for (const kept of book.data.follows) this.#follows.set(kept.gid, this.#followed(kept));
  }

  get watches(): WatchedFolder[] {
    return [...this.#watches];
  }
  get follows(): FollowedGroup[] {
    return [...this.#follows.values()];
  }

  start(): void {
    for (const each of [...this.#watches, ...this.#follows.values()]) each.start();
  }

  async close(): Promise<void> {
    await Promise.all([...this.#watches, ...this.#follows.values()].map((each) => each.close()));
    await this.#book.settled();
  }

  findWatch(gid: GroupId, path: string): WatchedFolder | undefined {
    return this.watches.find(({ kept }) => kept.gid === gid && kept.path === path);
  }

  /** Throws REFUSED if there are too many. */
  addWatch(kept: KeptWatch): WatchedFolder {
    if (this.#watches.size >= WATCHES_MAX) throw tooMany(`${WATCHES_MAX} folders are watched`);
    const watch = this.#watched(kept);
    this.#watches.add(watch);
    this.#save();
    watch.start();
    return watch;
  }

  async removeWatch(watch: WatchedFolder): Promise<void> {
    this.#watches.delete(watch);
    this.#save();
    await watch.close();
  }

  /** In place of the one of that group, whose memory it inherits. Throws INVALID_ARGUMENTS, REFUSED. */
  async setFollow(gid: GroupId, folder: string, terms: FollowTerms): Promise<FollowedGroup> {
    const before = this.#follows.get(gid);
    if (!before && this.#follows.size >= FOLLOWS_MAX) throw tooMany(`${FOLLOWS_MAX} groups are followed`);
    const { begun, own, fetched } = before?.kept ?? { begun: [], own: [], fetched: [] };
    const follow = this.#followed({ gid, folder, terms, begun, own, fetched });
    await before?.close();
    this.#follows.set(gid, follow);
    this.#save();
    follow.start();
    return follow;
  }

  async removeFollow(follow: FollowedGroup): Promise<void> {
    this.#follows.delete(follow.kept.gid);
    this.#save();
    await follow.close();
  }

  /** Resolves when all changes so far are on disk. */
  saved(): Promise<void> {
    return this.#book.settled();
  }

  #watched(kept: KeptWatch): WatchedFolder {
    const { user } = this;
    return new WatchedFolder(kept, {
      user,
      tools: this.#tools,
      uploads: this.#uploads,
      save: () => this.#save(),
    });
  }

  #followed(kept: KeptFollow): FollowedGroup {
    return new FollowedGroup(kept, { user: this.user, tools: this.#tools, save: () => this.#save() });
  }

  #save(): void {
    this.#book.data.watches = this.watches.map(({ kept }) => kept);
    this.#book.data.follows = this.follows.map(({ kept }) => kept);
    this.#book.save();
    this.#tools.changed();
  }
}

const tooMany = (text: string): CommandError =>
  new CommandError('REFUSED', `${text} already, and no more can be: end one first`);
