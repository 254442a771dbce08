import { CommandError, Gate, type ContentId, type GroupId } from '../../base/index.ts';
import type { Content } from '../../metainfo/index.ts';
import { ShareStorage } from '../../storage/index.ts';
import type { OwnContent } from '../seams.ts';
import { Chores } from './chores.ts';
import type { Desk } from './desk.ts';
import type { EntryKey, ShareEntry } from './library.ts';
import type { PeerLedger } from './peer-ledger.ts';
import { SharedContent, type ServedRun } from './shared-content.ts';
import { rootOf } from './told-content.ts';

/** Files looked at together at log-in. */
const CHECKS_AT_ONCE = 16;
/** Shares whose record no tracker has taken yet are offered again after so long. */
const PUBLISH_AGAIN_MS = 5_000;

const keyOf = ({ gid, content }: EntryKey): string => `${gid}/${content}`;

/** What one user shares on this machine: restored at log-in, served, withdrawn when the files change. */
export class ShareDesk {
  readonly #desk: Desk;
  readonly #shares = new Map<string, SharedContent>();
  /** Shares that are over, whose records are still to be withdrawn. */
  readonly #ended = new Map<string, ShareEntry>();
  #changes = 0;
  readonly #chores: Chores;
  /** Found not to be as they were shared; what becomes of them is being decided. */
  readonly #broken = new Set<SharedContent>();
  #publishAtMs = 0;
  #isPublishing = false;
  #isClosed = false;

  constructor(desk: Desk) {
    this.#desk = desk;
    this.#chores = new Chores(desk.tools.log);
  }

  get all(): Iterable<SharedContent> {
    return this.#shares.values();
  }
  /** Grows whenever `announced` may have changed. */
  get changes(): number {
    return this.#changes;
  }
  get count(): number {
    return this.#shares.size;
  }

  get(key: EntryKey): SharedContent | undefined {
    return this.#shares.get(keyOf(key));
  }

  inGroup(gid: GroupId): SharedContent[] {
    return [...this.all].filter((share) => share.entry.gid === gid);
  }

  /** Serves again what was shared, if size and time of its files are as they were; else it is withdrawn. */
  async restore(): Promise<void> {
    const entries = await this.#desk.library.shares();
    const gate = new Gate(CHECKS_AT_ONCE);
    for (const entry of entries) if (entry.ended) this.#ended.set(keyOf(entry), entry);
    const shared = entries.filter(({ ended }) => !ended);
    await Promise.all(shared.map((entry) => gate.run(() => this.#restoreOne(entry))));
  }

  /**
   * Serves a content and remembers it. It is not announced yet: see `publish`; what is forgotten is done by `tick`. Rejects
   * with INTERRUPTED after `close`.
   */
  async add(
    entry: ShareEntry,
    content: Content,
    served?: ServedRun,
    ledger?: PeerLedger,
  ): Promise<SharedContent> {
    await this.get(entry)?.close('shared anew');
    if (this.#isClosed) throw new CommandError('INTERRUPTED', 'logged out meanwhile');
    const share = this.#newShare(entry, ledger);
    this.#ended.delete(keyOf(entry));
    this.#shares.set(keyOf(entry), share);
    share.serve(content, served);
    this.#changes += 1;
    await Promise.all([this.#desk.library.putShare(entry), this.#desk.library.putKnown(entry)]);
    return share;
  }

  /** Tells the group. Rejects if no tracker takes the record. */
  async publish(share: SharedContent): Promise<void> {
    const { gid, content, name, size, files, copy } = share.entry;
    const root = rootOf(await this.#desk.library.content(content));
    const facts = { content, name, size, files, ...(root && { root }), ...(copy === true && { copy }) };
    await this.#desk.access.shares.publishShare(gid, facts);
    if (this.get(share.entry) !== share) return;
    share.entry = { ...share.entry, published: true };
    await this.#desk.library.putShare(share.entry);
  }

  /** Ends a share: nobody is served from this moment on. Its record is withdrawn as soon as a tracker can be reached. */
  async remove(share: SharedContent, why: string): Promise<void> {
    const ended = { ...share.entry, ended: true };
    this.#shares.delete(keyOf(ended));
    this.#ended.set(keyOf(ended), ended);
    this.#changes += 1;
    await share.close(why);
    if (this.#ended.get(keyOf(ended)) !== ended) return;
    await this.#desk.library.putShare(ended);
    await this.#withdraw(ended);
  }

  /** The content of a share whose files are as they were shared; if they are not, it is withdrawn. */
  async intact(share: SharedContent): Promise<Content | undefined> {
    const content = await this.#desk.library.content(share.entry.content);
    const change = content
      ? await this.#changeOf(share.entry, content)
      : 'what is known of it was damaged on disk';
    if (change === undefined) return content;
    this.#onBroken(share, new CommandError('FILE_CHANGED', change));
    return undefined;
  }

  /** The files of a share that came out of a download can't be read any more. */
  onUnreadable(key: EntryKey, error: CommandError): void {
    const share = this.get(key);
    if (share) this.#onBroken(share, error);
  }

  /** What presence is told. */
  announced(): OwnContent[] {
    return [...this.all].flatMap((share) => share.announced ?? []);
  }

  onPeers(gid: GroupId, content: ContentId): void {
    this.get({ gid, content })?.onPeers();
  }

  /** Members or authority of the group changed: stop at once what may not be served, serve anew what may. */
  async onGroupChanged(gid: GroupId): Promise<void> {
    const outdated = this.inGroup(gid).filter((share) => share.isOutdated());
    const stopped = outdated.map((share) => share.stop('no longer served in this group'));
    this.#changes += 1;
    await Promise.all(stopped);
    for (const share of outdated) {
      const content = await this.#desk.library.content(share.entry.content);
      if (content && share.isOutdated()) share.serve(content);
    }
    this.#changes += 1;
  }

  /** Announces what no tracker knows of yet, without waiting for it. */
  publishPending(): void {
    if (this.#isPublishing) return;
    this.#isPublishing = true;
    this.#chores.add(
      'share.not-published',
      this.#publishAll().finally(() => (this.#isPublishing = false)),
    );
  }

  tick(nowMs: number): void {
    for (const share of this.all) share.tick(nowMs);
    const { presence } = this.#desk.access;
    if (this.#isPublishing || nowMs < this.#publishAtMs || presence.trackersConnected() === 0) return;
    this.#publishAtMs = nowMs + PUBLISH_AGAIN_MS;
    this.publishPending();
  }

  /** Stops serving at once; resolves when all files are closed. The entries stay. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all([...this.all].map((share) => share.close('logged out')));
    await this.#chores.settled();
    this.#shares.clear();
  }

  #newShare(entry: ShareEntry, ledger?: PeerLedger): SharedContent {
    return new SharedContent(this.#desk, entry, (share, error) => this.#onBroken(share, error), ledger);
  }

  async #restoreOne(entry: ShareEntry): Promise<void> {
    const share = this.#newShare(entry);
    this.#shares.set(keyOf(entry), share);
    const content = await this.intact(share);
    if (content) share.serve(content);
    this.#changes += 1;
  }

  async #changeOf({ root, stamps }: ShareEntry, content: Content): Promise<string | undefined> {
    try {
      const files = await ShareStorage.open(content, root, this.#desk.tools.files, stamps);
      const change = await files.filesChanged();
      await files.close();
      return change;
    } catch (error) {
      if (error instanceof CommandError) return error.message;
      throw error;
    }
  }

  /** A share that can't be served is no share: it is withdrawn, and its user told once. */
  #onBroken(share: SharedContent, error: CommandError): void {
    const current = this.get(share.entry);
    if ((current !== undefined && current !== share) || this.#broken.has(share)) return;
    this.#broken.add(share);
    const { careOf } = this.#desk;
    const end = careOf
      ? careOf(share.entry).then((care) => this.#endBroken(share, error, care))
      : this.#endBroken(share, error, undefined);
    this.#chores.add(
      'share.not-withdrawn',
      end.finally(() => this.#broken.delete(share)),
    );
  }

  async #endBroken(
    share: SharedContent,
    error: CommandError,
    care: 'away' | 'watched' | undefined,
  ): Promise<void> {
    const { name, gid, root } = share.entry;
    const current = this.get(share.entry);
    if (this.#isClosed || (current !== undefined && current !== share)) return;
    if (care === 'away') {
      this.#changes += 1;
      return share.stop('its files are out of reach');
    }
    if (care === undefined) {
      const advice = `if ${root} is right as it is, share it again`;
      const text = `${name} is no longer shared in ${this.#desk.label(gid)}: ${error.message}; ${advice}`;
      this.#desk.tools.emit({ type: 'warning', text });
    }
    await this.remove(share, 'its files changed');
  }

  /** Where no tracker answers it stays to be done. */
  async #withdraw(ended: ShareEntry): Promise<void> {
    try {
      await this.#desk.access.shares.withdrawShare(ended.gid, ended.content);
    } catch (error) {
      if (error instanceof CommandError && error.code === 'NO_TRACKER') return;
      await this.#forget(ended);
      throw error;
    }
    await this.#forget(ended);
  }

  /** Unless it is shared anew by now. */
  async #forget(ended: ShareEntry): Promise<void> {
    if (this.#ended.get(keyOf(ended)) !== ended) return;
    this.#ended.delete(keyOf(ended));
    await this.#desk.library.removeShare(ended);
  }

  async #publishAll(): Promise<void> {
    for (const ended of this.#ended.values()) await this.#withdraw(ended);
    const all = [...this.all];
    for (const share of all) {
      if (share.entry.published || share.announced === undefined) continue;
      await this.publish(share);
    }
  }
}
