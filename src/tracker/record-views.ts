import type { GroupId, UserId } from '../base/index.ts';
import {
  foldLabel,
  groupState,
  nameWinners,
  parseKey,
  parseLabelRef,
  recordKey,
  resolveLabel,
  type NameHolding,
  type RecordOf,
  type SignedRecord,
} from '../records/index.ts';
import type { RecordPage, RecordStore, StoreNews } from '../store/index.ts';
import { BoundedCache } from './bounded-cache.ts';
import { groupOf, type GroupRights } from './read-rights.ts';

const GROUPS_KEPT = 20_000;
const LABELS_KEPT = 50_000;
const PAGE = 1_000;
/** Claims to one label that are looked at. More are an attack; the first by key decide nothing, stamps do. */
const CLAIMS_MAX = 1_000;
/** The kinds that decide who is in a group. Shares follow from it, and are many. */
const DECIDING_KINDS = ['ended', 'grant', 'group', 'left', 'request'] as const;

/** A group as far as a tracker needs it: rights, and what everybody may know. */
export interface GroupView extends GroupRights {
  /** The label it was born with. */
  readonly label: string;
  readonly ended: boolean;
  /** Its members, and the number of the request by which each came in (0: an owner who never asked). */
  readonly stays: ReadonlyMap<UserId, number>;
  /** The group's own record: genesis and epochs. */
  readonly record: RecordOf<'group'>;
}

/** What follows from the stored records, kept until they change. */
export class RecordViews {
  readonly #store: RecordStore;
  readonly #groups = new BoundedCache<GroupId, Promise<GroupView | undefined>>(GROUPS_KEPT);
  readonly #labels = new BoundedCache<string, Promise<NameHolding[]>>(LABELS_KEPT);

  constructor(store: RecordStore) {
    this.#store = store;
  }

  /** To be told of every change before anyone else who may ask here. */
  onStoreNews(news: StoreNews): void {
    if (news.type === 'lost') {
      this.#groups.clear();
      this.#labels.clear();
      return;
    }
    for (const record of news.records) this.#forget(record);
  }

  /** Undefined where the group's record is not here (yet). */
  group(gid: GroupId): Promise<GroupView | undefined> {
    return this.#groups.get(gid, () => forgetFailed(this.#groups, gid, this.#readGroup(gid)));
  }

  /** Everybody who claimed a label, its holder first. */
  holdings(of: 'user' | 'group', folded: string): Promise<NameHolding[]> {
    const key = `${of}/${folded}`;
    const read = async (): Promise<NameHolding[]> => nameWinners(await this.claims(of, folded));
    return this.#labels.get(key, () => forgetFailed(this.#labels, key, read()));
  }

  async claims(of: 'user' | 'group', folded: string): Promise<RecordOf<'name'>[]> {
    const { records } = await this.#store.list(`name/${of}/${folded}/`, undefined, CLAIMS_MAX);
    return records.filter((record) => record.kind === 'name');
  }

  /** Whom a person means by `typed`. */
  async resolve(of: 'user' | 'group', typed: string): Promise<NameHolding | undefined> {
    const ref = parseLabelRef(typed);
    return ref && resolveLabel(await this.holdings(of, ref.folded), typed);
  }

  async userLabel(uid: UserId): Promise<string | undefined> {
    const record = await this.#store.get(recordKey.user(uid));
    return record?.kind === 'user' ? this.#shownLabel('user', record.body.label, uid) : undefined;
  }

  async groupLabel(gid: GroupId): Promise<string | undefined> {
    const view = await this.group(gid);
    return view && this.#shownLabel('group', view.label, gid);
  }

  /** Who asks for a name without having (yet) a stamped claim to it is shown as if it had come last. */
  async #shownLabel(of: 'user' | 'group', label: string, id: string): Promise<string> {
    const holdings = await this.holdings(of, foldLabel(label));
    return holdings.find((holding) => holding.id === id)?.shown ?? `${label}~${id.slice(0, 4)}`;
  }

  async #readGroup(gid: GroupId): Promise<GroupView | undefined> {
    const records: SignedRecord[] = [];
    for (const kind of DECIDING_KINDS) {
      for await (const page of pagesOf(this.#store, `${kind}/${gid}/`)) records.push(...page.records);
    }
    const state = groupState(records);
    const record = records.find(
      (one): one is RecordOf<'group'> => one.kind === 'group' && one.body.epochs.length === state?.epoch,
    );
    if (!state || !record) return undefined;
    const { label, owner, ended } = state;
    const stays = new Map([...state.members].map(([uid, { grant }]) => [uid, grant?.body.n ?? 0]));
    return { gid, label, owner, ended, members: new Set(stays.keys()), stays, record };
  }

  #forget(record: SignedRecord): void {
    if (record.kind === 'name') this.#labels.delete(`${record.parts.of}/${record.parts.folded}`);
    const key = parseKey(record.key);
    const gid = key && groupOf(key);
    if (gid !== undefined && record.kind !== 'share') this.#groups.delete(gid);
  }
}

function forgetFailed<K, V>(cache: BoundedCache<K, Promise<V>>, key: K, reading: Promise<V>): Promise<V> {
  reading.catch(() => cache.delete(key));
  return reading;
}

/** All pages of a prefix, one after the other. */
export async function* pagesOf(store: RecordStore, prefix: string): AsyncGenerator<RecordPage> {
  let after: string | undefined;
  do {
    const page = await store.list(prefix, after, PAGE);
    yield page;
    after = page.next;
  } while (after !== undefined);
}
