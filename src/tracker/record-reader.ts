import {
  DIGESTS_PER_CALL_MAX,
  RECORDS_PER_CALL_MAX,
  type CallResult,
  type trackerApi,
  type TrackerGroupRow,
} from '../api/index.ts';
import { CommandError, toBase64Url, toGroupId, toUserId, type GroupId, type UserId } from '../base/index.ts';
import { parseKey, type SignedRecord } from '../records/index.ts';
import type { RecordStore } from '../store/index.ts';
import { ownOfKind } from './own-records.ts';
import { groupOf, mayRead } from './read-rights.ts';
import { pagesOf, type GroupView, type RecordViews } from './record-views.ts';

/** An answer with records stops growing beyond this; there is a next page. */
const ANSWER_BYTES_MAX = 4 * 1024 * 1024;
const GROUPS_PER_PAGE = 100;
/** All kinds of a group's records, in the order of keys. */
const GROUP_KINDS = ['ended', 'grant', 'group', 'left', 'request', 'share'] as const;
/** Kinds that anyone may list whole. */
const PUBLIC_KINDS: readonly string[] = ['user', 'name', 'group', 'ended'];

type Page = CallResult<(typeof trackerApi)['listRecords']>;

/** What clients read, each as far as it may. */
export class RecordReader {
  readonly #store: RecordStore;
  readonly #views: RecordViews;

  constructor(store: RecordStore, views: RecordViews) {
    this.#store = store;
    this.#views = views;
  }

  async list(uid: UserId, prefix: string | undefined, after: string | undefined): Promise<Page> {
    const page = new AnswerPage();
    if (prefix === undefined || prefix === '') {
      const { records, next } = await this.#store.listOf(uid, after, RECORDS_PER_CALL_MAX);
      return page.addAll(records, next).answer();
    }
    const [kind = '', about] = prefix.split('/', 2);
    if (kind === 'secret') {
      const secrets = await ownOfKind(this.#store, uid, 'secret');
      const rest = secrets.filter((record) => after === undefined || record.key > after);
      return page.addAll(rest, undefined).answer();
    }
    const gid = about === undefined ? undefined : toGroupId(about);
    if (!PUBLIC_KINDS.includes(kind) && gid === undefined && kind !== 'credential') {
      throw new CommandError(
        'INVALID_ARGUMENTS',
        `records are not listed by ${prefix}: name a kind and an id`,
      );
    }
    const view = gid && (await this.#views.group(gid));
    const { records, next } = await this.#store.list(prefix, after, RECORDS_PER_CALL_MAX);
    return page.addAll(readable(records, uid, view), next).answer();
  }

  /** `only` those that decide who is in the group: shares follow from it, and are many. */
  async groupRecords(
    uid: UserId,
    gid: GroupId,
    after: string | undefined,
    only: 'rights' | undefined,
  ): Promise<Page> {
    const view = await this.#views.group(gid);
    const page = new AnswerPage();
    const kinds = GROUP_KINDS.filter((kind) => only === undefined || kind !== 'share');
    for (const kind of kinds) {
      const prefix = `${kind}/${gid}/`;
      if (after !== undefined && after >= `${prefix}~`) continue;
      const from = after !== undefined && after > prefix ? after : undefined;
      const { records, next } = await this.#store.list(prefix, from, RECORDS_PER_CALL_MAX);
      // At the end of a kind the next page begins behind it.
      const position = next ?? (kind === kinds.at(-1) ? undefined : `${prefix}~`);
      if (page.addAll(readable(records, uid, view), position).isFull || next !== undefined) break;
    }
    return page.answer();
  }

  async mine(
    uid: UserId,
    digests: readonly (readonly [key: string, hash: string])[],
  ): Promise<CallResult<(typeof trackerApi)['mine']>> {
    const want: string[] = [];
    const newer = new AnswerPage();
    for (const [key, hash] of digests.slice(0, DIGESTS_PER_CALL_MAX)) {
      if (parseKey(key)?.parts.author !== uid) continue;
      const held = await this.#store.get(key);
      if (held?.hash === hash) continue;
      want.push(key);
      if (held && !newer.isFull) newer.addAll([held], undefined);
    }
    return { want, newer: newer.answer().records };
  }

  async groups(after: string | undefined): Promise<CallResult<(typeof trackerApi)['groups']>> {
    const from = after === undefined ? undefined : `group/${after}/~`;
    const { records, next } = await this.#store.list('group/', from, GROUPS_PER_PAGE);
    const gids = new Set(records.flatMap((record) => (record.kind === 'group' ? [record.parts.gid] : [])));
    const rows: TrackerGroupRow[] = [];
    for (const gid of gids) {
      const view = await this.#views.group(gid);
      if (view) rows.push(await this.#row(view));
    }
    const [last] = [...gids].slice(-1);
    return { groups: rows, ...(next !== undefined && last !== undefined && { next: last }) };
  }

  async labels(ids: string): Promise<Record<string, string>> {
    const labels: Record<string, string> = {};
    for (const id of new Set(ids.split(','))) {
      const uid = toUserId(id);
      const gid = toGroupId(id);
      const label =
        (uid && (await this.#views.userLabel(uid))) ?? (gid && (await this.#views.groupLabel(gid)));
      if (label !== undefined) labels[id] = label;
    }
    return labels;
  }

  async name(of: 'user' | 'group', typed: string): Promise<CallResult<(typeof trackerApi)['name']>> {
    const holding = await this.#views.resolve(of, typed);
    if (!holding) {
      throw of === 'user'
        ? new CommandError('NO_SUCH_USER', `there is no user ${typed}: check how the name is spelled`)
        : new CommandError('NO_SUCH_GROUP', `there is no group ${typed}; list_groups shows all`);
    }
    const records: SignedRecord[] = await this.#views.claims(of, holding.folded);
    const kinds = of === 'user' ? ['user'] : ['group', 'ended'];
    for (const kind of kinds) {
      for await (const page of pagesOf(this.#store, `${kind}/${holding.id}`)) records.push(...page.records);
    }
    const answer = new AnswerPage().addAll(records, undefined).answer();
    return { id: holding.id, label: holding.shown, records: answer.records };
  }

  async #row(view: GroupView): Promise<TrackerGroupRow> {
    const { gid, owner, members, ended, record } = view;
    return {
      gid,
      label: (await this.#views.groupLabel(gid)) ?? view.label,
      owner,
      ownerLabel: (await this.#views.userLabel(owner)) ?? owner.slice(0, 8),
      members: members.size,
      ended,
      records: [toBase64Url(record.bytes)],
    };
  }
}

function readable(
  records: readonly SignedRecord[],
  uid: UserId,
  view: GroupView | undefined,
): SignedRecord[] {
  return records.filter((record) => {
    const key = parseKey(record.key);
    // Rights of one group say nothing about another's records, which a short prefix may bring along.
    const rights = key && groupOf(key) === view?.gid ? view : undefined;
    return key !== undefined && mayRead(uid, key, rights);
  });
}

/** Records for an answer, as many as fit; what comes behind them is on the next page. */
class AnswerPage {
  readonly #texts: string[] = [];
  #bytes = 0;
  #next: string | undefined;
  isFull = false;

  /** `next`: where to read on after these. */
  addAll(records: readonly SignedRecord[], next: string | undefined): this {
    if (this.isFull) return this;
    let last: string | undefined;
    for (const record of records) {
      if (this.#bytes > 0 && this.#bytes + record.bytes.length > ANSWER_BYTES_MAX) {
        this.isFull = true;
        this.#next = last ?? this.#next;
        return this;
      }
      this.#texts.push(toBase64Url(record.bytes));
      this.#bytes += record.bytes.length;
      last = record.key;
    }
    this.#next = next;
    this.isFull = this.#texts.length >= RECORDS_PER_CALL_MAX;
    return this;
  }

  answer(): Page {
    return { records: this.#texts, ...(this.#next !== undefined && { next: this.#next }) };
  }
}
