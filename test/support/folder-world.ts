import { mkdir, mkdtemp, realpath, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import {
  CommandError,
  sha256Hex,
  silentLogger,
  sleep,
  systemClock,
  type ContentId,
  type GroupId,
  type UserId,
} from '../../src/base/index.ts';
import { FolderKeeper } from '../../src/node/folders/index.ts';
import type { FolderTransfers } from '../../src/node/folders/folder-tools.ts';
import type { ListedShare, OwnDownload, OwnShare } from '../../src/node/seams.ts';
import { scanFolder } from '../../src/storage/index.ts';
import { FakeClock } from './fake-clock.ts';

export const gidOf = (group: string): GroupId => sha256Hex(group) as GroupId;
const contentOf = (text: string): ContentId => sha256Hex(text) as ContentId;

/** One user's folders, real ones, over transfers that only note what is shared and fetched, and a clock that the test moves. */
export class FolderWorld {
  readonly clock = new FakeClock(1_000_000);
  readonly folder: string;
  readonly keeper: FolderKeeper;
  readonly asked: string[] = [];
  readonly warnings: string[] = [];
  readonly groups = new Set(['lab', 'club']);
  shares: OwnShare[] = [];
  downloads: OwnDownload[] = [];
  /** What others offer, by group. */
  offers: { readonly group: string; readonly share: ListedShare }[] = [];
  freeBytes = 1e12;
  /** Set: the next upload or download is refused so. */
  refusal: CommandError | undefined;
  /** Set: it is thrown where shares are asked for. */
  bug: Error | undefined;
  /** Uploads wait for it. */
  uploadGate: Promise<void> = Promise.resolve();
  uploading = 0;
  uploadingMost = 0;

  static async open(): Promise<FolderWorld> {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'folders-')));
    const world = new FolderWorld(folder);
    for (const name of ['state', 'in', 'out']) await mkdir(join(folder, name));
    await world.login();
    return world;
  }

  private constructor(folder: string) {
    this.folder = folder;
    this.keeper = new FolderKeeper({
      transfers: this.#transfers(),
      clock: this.clock,
      log: silentLogger,
      warn: (text) => void this.warnings.push(text),
      changed: () => undefined,
      freeBytes: async () => this.freeBytes,
    });
  }

  async login(): Promise<void> {
    await this.keeper.open({
      userDir: join(this.folder, 'state'),
      gate: {
        requireMember: async (label) => {
          if (!this.groups.has(label)) throw new CommandError('NOT_A_MEMBER', `you are not in ${label}`);
          return { gid: gidOf(label), label };
        },
        memberGroups: () => [...this.groups].map((label) => ({ gid: gidOf(label), label })),
        labelOfGroup: (gid) => ['lab', 'club'].find((label) => gidOf(label) === gid) ?? '?',
      },
      listFiles: async (gid) => {
        if (this.refusal?.code === 'NO_TRACKER') throw this.refusal;
        const shares = this.offers.filter(({ group }) => gidOf(group) === gid).map(({ share }) => share);
        return { shares, swarms: new Map() };
      },
    });
    this.keeper.start();
  }

  async restart(): Promise<void> {
    await this.keeper.close();
    await this.login();
  }

  async close(): Promise<void> {
    await this.keeper.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  path(...names: string[]): string {
    return join(this.folder, ...names);
  }

  /** Writes a file in a folder, as old as `second`. */
  async write(name: string, text: string, second = 1): Promise<void> {
    await writeFile(this.path(name), text);
    await utimes(this.path(name), second, second);
  }

  /** Somebody shares a file of so many bytes. */
  offer(group: string, name: string, size = 10, user = 'bob', version = ''): ContentId {
    const content = contentOf(`${name} ${size} ${version}`);
    const share = { content, name, size, files: 1, uid: sha256Hex(user) as UserId, user };
    this.offers.push({ group, share });
    return content;
  }

  /** All downloads end. */
  finish(): void {
    for (const each of this.downloads) this.complete(each.root);
  }

  complete(root: string): void {
    this.downloads = this.downloads.map((each) =>
      each.root === root ? { ...each, state: 'complete', missingBytes: 0 } : each,
    );
    this.keeper.onEvent({ type: 'complete', group: 'lab', file: basename(root), path: root });
  }

  /** Names of what is shared, with the group if it is not lab. */
  get shared(): string[] {
    return this.shares.map(({ name, gid }) => (gid === gidOf('lab') ? name : `club/${name}`)).toSorted();
  }

  get fetched(): string[] {
    return this.downloads.map(({ root }) => basename(root)).toSorted();
  }

  /** Lets virtual time pass in small steps; each lasts until what was asked of the disk has been answered. */
  async pass(seconds: number): Promise<void> {
    for (let at = 0; at < seconds; at += 1) {
      this.clock.advance(Math.min(1, seconds - at) * 1_000);
      do await sleep(systemClock, 4);
      while (process.getActiveResourcesInfo().some((each) => /^(FSReq|CloseReq)/.test(each)));
    }
  }

  /** Lets time pass until it holds. */
  async until(holds: () => boolean): Promise<void> {
    for (const endMs = systemClock.nowMs() + 20_000; !holds();) {
      if (systemClock.nowMs() > endMs)
        throw new Error(`it never came about: ${JSON.stringify(this.keeper.listFolders())}`);
      await this.pass(1);
    }
  }

  #transfers(): FolderTransfers {
    return {
      ownShares: () => {
        if (this.bug) throw this.bug;
        return this.shares;
      },
      ownDownloads: () => this.downloads,
      uploadFile: async (path, group, _onProgress, signal) => {
        this.asked.push(`upload ${basename(path)} ${group}`);
        this.uploading += 1;
        this.uploadingMost = Math.max(this.uploadingMost, this.uploading);
        await Promise.race([this.uploadGate, new Promise((_, no) => signal.addEventListener('abort', no))])
          .catch(() => {
            throw new CommandError('INTERRUPTED', 'nothing was shared');
          })
          .finally(() => (this.uploading -= 1));
        this.#refuse();
        return this.#share(path, group);
      },
      downloadNewer: async (group, file, { place, contents }) => {
        this.asked.push(
          `replace ${basename(place)} ${group}, before ${contents.map((each) => each.slice(0, 4)).join()}`,
        );
        return this.#download(group, file, join(place, '..', 'incoming'));
      },
      dropUnfinished: async ({ content }) => {
        this.asked.push('drop');
        this.downloads = this.downloads.filter(
          (each) => each.content !== content || each.state === 'complete',
        );
      },
      downloadFile: async (group, file, destination) => {
        this.asked.push(`download ${file} ${group}`);
        return this.#download(group, file, destination);
      },
      cancelDownload: async (_group, file) => {
        this.asked.push(`cancel ${file}`);
        this.downloads = this.downloads.filter(({ root }) => basename(root) !== file.split('@')[0]);
        return { kept: false };
      },
      stopShare: async (group, file) => {
        this.asked.push(`stop ${file} ${group}`);
        this.shares = this.shares.filter(({ name, gid }) => name !== file || gid !== gidOf(group));
      },
    };
  }

  async #download(group: string, file: string, destination: string) {
    this.#refuse();
    const [name = file, id = ''] = file.split('@');
    const found = this.offers.find(
      (offer) => offer.group === group && offer.share.name === name && offer.share.content.startsWith(id),
    );
    if (!found) throw new CommandError('NO_SUCH_FILE', `nobody shares ${file}`);
    const { content, size } = found.share;
    const root = join(destination, name);
    const gid = gidOf(group);
    this.downloads.push({ gid, content, root, state: 'wanted', isPartial: false, missingBytes: size });
    return { file: name, path: root, size, queued: false };
  }

  #refuse(): void {
    if (this.refusal) throw this.refusal;
  }

  /** As the real one does: a newer one takes the place of one with the same name. */
  async #share(path: string, group: string) {
    const scan = await scanFolder(path);
    const stamps = scan.files.map(({ stamp }) => stamp);
    const content = contentOf(JSON.stringify([scan.name, stamps]));
    const gid = gidOf(group);
    this.shares = this.shares.filter((each) => each.gid !== gid || each.name !== scan.name);
    this.shares.push({ gid, content, name: scan.name, root: scan.root, stamps, isServed: true });
    const { name: file, size, files } = scan;
    return { file, content, infoHash: content, size, files: files.length, leftOut: [] };
  }
}
