import type { GroupId, UserId } from '../../base/index.ts';
import type { AnnounceHolder, AnnounceKeys } from '../../identity/index.ts';
import type { StoreNews } from '../../store/index.ts';
import { BoundedCache } from '../bounded-cache.ts';
import { groupsDecidedBy } from '../read-rights.ts';
import type { RecordViews } from '../record-views.ts';

/** Keys whose holder is remembered, and groups whose members are. */
const KEYS_KEPT = 20_000;
const GROUPS_KEPT = 20_000;

type Stays = ReadonlyMap<UserId, number>;

/** Who announces by a key, if that user is in the group now. Answers at once when asked again, until records change. */
export class Keyring {
  readonly #keys: AnnounceKeys;
  readonly #views: RecordViews;
  readonly #holders = new BoundedCache<string, AnnounceHolder>(KEYS_KEPT);
  readonly #stays = new Map<GroupId, Stays>();

  constructor(keys: AnnounceKeys, views: RecordViews) {
    this.#keys = keys;
    this.#views = views;
  }

  /** Undefined for what is no key of this cluster. */
  holder(key: string): AnnounceHolder | undefined {
    const known = this.#holders.peek(key);
    if (known) return known;
    const holder = this.#keys.open(key);
    return holder && this.#holders.get(ownText(key), () => holder);
  }

  /** Whether the holder's stay in the group lasts; undefined: not known without asking. */
  isMember({ uid, gid, n }: AnnounceHolder): boolean | undefined {
    const stays = this.#stays.get(gid);
    return stays && stays.get(uid) === n;
  }

  /** The same from the records. */
  async asks({ uid, gid, n }: AnnounceHolder): Promise<boolean> {
    const reading = this.#views.group(gid);
    const stays: Stays = (await reading)?.stays ?? new Map();
    // Records that changed meanwhile count: they are read anew.
    if (this.#views.group(gid) === reading) this.#keep(gid, stays);
    return stays.get(uid) === n;
  }

  onStoreNews(news: StoreNews): void {
    if (news.type === 'lost') return this.#stays.clear();
    for (const record of news.records) for (const gid of groupsDecidedBy(record)) this.#stays.delete(gid);
  }

  #keep(gid: GroupId, stays: Stays): void {
    if (this.#stays.size >= GROUPS_KEPT) this.#stays.clear();
    this.#stays.set(gid, stays);
  }
}

/** The same text in memory of its own: a part of a request would keep all of it there. */
export const ownText = (latin1: string): string => Buffer.from(latin1, 'latin1').toString('latin1');
