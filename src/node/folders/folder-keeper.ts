import { constants } from 'node:fs';
import { access, realpath } from 'node:fs/promises';
import { resolve, sep } from 'node:path';
import { CommandError, diskError, sameLabel } from '../../base/index.ts';
import type { Folders, FollowRow, FollowTerms, NodeChange, NodeEvent, WatchRow } from '../commands.ts';
import type { CareOf } from '../seams.ts';
import { FolderBook, type KeptFollow, type KeptWatch } from './folder-book.ts';
import { folderIdentity } from './folder-identity.ts';
import type { FolderTools, FolderUser } from './folder-tools.ts';
import { TendedFolders } from './tended-folders.ts';

/** Watched folders and followed groups of whoever is logged in, and the commands for them. */
export class FolderKeeper {
  readonly #tools: FolderTools;
  #tended: TendedFolders | undefined;

  constructor(tools: FolderTools) {
    this.#tools = tools;
  }

  /** Knows from now on what the user has tended: `careOf` answers. Nothing is done before `start`. */
  async open(user: FolderUser): Promise<void> {
    await this.close();
    const book = await FolderBook.open(user.userDir, this.#tools.warn);
    this.#tended = new TendedFolders(user, book, this.#tools);
  }

  /** Begins, when shares and downloads are restored. */
  start(): void {
    this.#tended?.start();
  }

  /** Ends what is under way; all goes on after the next log-in. Idempotent. */
  async close(): Promise<void> {
    const tended = this.#tended;
    this.#tended = undefined;
    await tended?.close();
  }

  readonly careOf: CareOf = async (share) =>
    this.#tended?.watches.find((watch) => watch.caresFor(share))?.careOf(share);

  /** Rejects with what is wrong with the group, FILE_NOT_FOUND, PERMISSION_DENIED, REFUSED. */
  async watchFolder(path: string, group: string): Promise<WatchRow> {
    const tended = this.#open;
    const { gid } = await tended.user.gate.requireMember(group);
    const real = await realFolder(path, constants.R_OK | constants.X_OK);
    const before = tended.findWatch(gid, real);
    if (before) return before.row;
    const ownData = await realpath(tended.user.userDir);
    if (isWithin(ownData, real)) {
      throw new CommandError(
        'REFUSED',
        `${real} holds the data of this client, its keys as well: watch another folder`,
      );
    }
    const kept = { gid, path: real, identity: await folderIdentity(real), stopped: {} };
    for (const follow of tended.follows) refuseLoop(kept, group, follow.kept, follow.group);
    const watch = tended.addWatch(kept);
    await Promise.all([watch.lookedAt, tended.saved()]);
    return watch.row;
  }

  /** What it shared stays shared. */
  async unwatchFolder(path: string, group: string): Promise<void> {
    const tended = this.#open;
    const absolute = resolve(path);
    const real = await realpath(absolute).catch(() => absolute);
    const watch = tended.watches.find(
      (each) => sameLabel(each.group, group) && [real, absolute].includes(each.kept.path),
    );
    if (!watch) {
      throw new CommandError(
        'FILE_NOT_FOUND',
        `${path} is not watched for ${group}: list_folders shows what is`,
      );
    }
    await tended.removeWatch(watch);
    await tended.saved();
  }

  /** As `watchFolder`; INVALID_ARGUMENTS for patterns that fit nothing. */
  async followGroup(group: string, folder: string, terms: FollowTerms): Promise<FollowRow> {
    const tended = this.#open;
    const { gid } = await tended.user.gate.requireMember(group);
    const real = await realFolder(folder, constants.W_OK | constants.X_OK);
    for (const watch of tended.watches) refuseLoop(watch.kept, watch.group, { gid, folder: real }, group);
    const follow = await tended.setFollow(gid, real, terms);
    await tended.saved();
    return follow.row;
  }

  /** Downloads under way go on. */
  async unfollowGroup(group: string): Promise<void> {
    const tended = this.#open;
    const follow = tended.follows.find((each) => sameLabel(each.group, group));
    if (!follow)
      throw new CommandError('NO_SUCH_GROUP', `you do not follow ${group}: list_folders shows what you do`);
    await tended.removeFollow(follow);
    await tended.saved();
  }

  listFolders(): Folders {
    const tended = this.#open;
    return { watches: tended.watches.map(({ row }) => row), follows: tended.follows.map(({ row }) => row) };
  }

  onChange({ what, group }: NodeChange): void {
    if (what === 'files') this.#hint(group);
  }

  onEvent(event: NodeEvent): void {
    if (event.type === 'complete' || event.type === 'failed') this.#hint(event.group);
  }

  /** The user has ended a share. */
  onShareEnded(): void {
    for (const watch of this.#tended?.watches ?? []) watch.onShareEnded();
  }

  /** The user has left a group, or ended it: nothing of it is tended any more. */
  async onGroupLeft(group: string): Promise<void> {
    const tended = this.#tended;
    if (!tended) return;
    const isOf = (each: { readonly group: string }): boolean => sameLabel(each.group, group);
    await Promise.all([
      ...tended.watches.filter(isOf).map((watch) => tended.removeWatch(watch)),
      ...tended.follows.filter(isOf).map((follow) => tended.removeFollow(follow)),
    ]);
    await tended.saved();
  }

  #hint(group: string | undefined): void {
    for (const follow of this.#tended?.follows ?? []) {
      if (group === undefined || sameLabel(follow.group, group)) follow.hint();
    }
  }

  get #open(): TendedFolders {
    if (this.#tended) return this.#tended;
    throw new CommandError('NOT_LOGGED_IN', 'log in first: login <user_id>');
  }
}

/** Whether `inner` is `outer` or lies below it; both absolute and free of links. */
const isWithin = (inner: string, outer: string): boolean =>
  inner === outer || inner.startsWith(outer.endsWith(sep) ? outer : `${outer}${sep}`);

/** Absolute, free of links. */
async function realFolder(path: string, mode: number): Promise<string> {
  try {
    const real = await realpath(resolve(path));
    await folderIdentity(real);
    await access(real, mode);
    return real;
  } catch (error) {
    throw diskError(error, resolve(path));
  }
}

/**
 * Throws REFUSED where what is fetched would be shared again by itself, in another group or, as part of a folder, over and over. The
 * very same folder may be watched and followed for one group: what others share there is kept in step.
 */
function refuseLoop(
  { gid, path }: Pick<KeptWatch, 'gid' | 'path'>,
  watchedFor: string,
  { gid: followed, folder }: Pick<KeptFollow, 'gid' | 'folder'>,
  group: string,
): void {
  if (!isWithin(folder, path) || (path === folder && gid === followed)) return;
  const text =
    path === folder
      ? `${path} would pass on to ${watchedFor} what others share in ${group}`
      : `${folder} lies in ${path}, which is watched for ${watchedFor}: what is fetched would be shared over and over`;
  throw new CommandError('REFUSED', `${text}: use different folders for watch_folder and follow_group`);
}
