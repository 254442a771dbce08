import { type TrackerGroupRow, trackerApi } from '../../api/index.ts';
import { CommandError, type ContentId, Gate, type GroupId } from '../../base/index.ts';
import { keyCode } from '../../identity/index.ts';
import { verifyRecord } from '../../records/index.ts';
import type { GroupRow, MemberRow, RequestRow } from '../commands.ts';
import type { GroupFiles, SwarmCount } from '../seams.ts';
import type { GroupBook } from './group-book.ts';
import type { GroupDesk } from './group-desk.ts';
import type { InvitationBook, Judgement } from './invitation-book.ts';
import type { NameBook } from './name-book.ts';
import { type RecordView, readRecord } from './record-view.ts';
import type { TrackerApi } from './tracker-link.ts';
import type { Trackers } from './trackers.ts';

/** Groups of a tracker that are listed at most, in pages. */
const GROUP_PAGES_MAX = 200;
/** Groups whose signatures are not checked again. */
const PROVEN_MAX = 20_000;
/** Groups whose records are read at once. */
const REFRESHES_MAX = 4;

/** Requests that an invitation does not vouch for. */
const UNPROVEN: ReadonlySet<Judgement> = new Set(['plain', 'forged']);

export interface ListTools {
  readonly trackers: Trackers;
  readonly desk: GroupDesk;
  readonly names: NameBook;
  readonly view: RecordView;
  readonly book: GroupBook;
  readonly invitations: InvitationBook;
  readonly clusterId: string;
}

/** The commands that list something. Each asks a tracker; what it says is shown as far as records prove it. */
export class GroupLists {
  readonly #trackers: Trackers;
  readonly #desk: GroupDesk;
  readonly #names: NameBook;
  readonly #view: RecordView;
  readonly #book: GroupBook;
  readonly #invitations: InvitationBook;
  readonly #clusterId: string;
  /** Hashes of group records that were found to be well signed. */
  readonly #proven = new Set<string>();

  constructor(tools: ListTools) {
    this.#trackers = tools.trackers;
    this.#desk = tools.desk;
    this.#names = tools.names;
    this.#view = tools.view;
    this.#book = tools.book;
    this.#invitations = tools.invitations;
    this.#clusterId = tools.clusterId;
  }

  async groups(): Promise<GroupRow[]> {
    const gate = new Gate(REFRESHES_MAX);
    const fresh = [...this.#view.groups()].map((gid) => gate.run(() => this.#refreshKnown(gid)));
    await Promise.all(fresh);
    const rows = await this.#trackers.call((api) => this.#readRows(api));
    return rows.toSorted((a, b) => (a.group < b.group ? -1 : 1));
  }

  async requests(typed: string): Promise<RequestRow[]> {
    const { state } = await this.#desk.requireOwner(typed);
    const pending = [...state.pending.values()];
    const labelOf = await this.#names.labelsOf(
      'user',
      pending.map(({ user }) => user),
    );
    return pending
      .toSorted((a, b) => a.atMs - b.atMs)
      .map((request) => ({
        user: labelOf(request.user),
        code: keyCode(request.identityKey),
        atMs: request.atMs,
        invited: !UNPROVEN.has(this.#invitations.judge(state, request)),
      }));
  }

  async members(typed: string): Promise<MemberRow[]> {
    const { gid, state } = await this.#desk.requireMember(typed);
    const online = await this.#online(gid);
    const labelOf = await this.#names.labelsOf('user', state.members.keys());
    return [...state.members.values()]
      .map(({ user, role, sinceMs }) => ({
        user: labelOf(user),
        role,
        online: online.members[user] !== undefined,
        sinceMs,
      }))
      .toSorted((a, b) => (a.role === b.role ? (a.user < b.user ? -1 : 1) : a.role === 'owner' ? -1 : 1));
  }

  async files(gid: GroupId): Promise<GroupFiles> {
    const [online] = await Promise.all([this.#online(gid), this.#desk.refresh(gid)]);
    const counting = this.#book.state(gid)?.shares ?? [];
    const labelOf = await this.#names.labelsOf(
      'user',
      counting.map(({ user }) => user),
    );
    const shares = counting.map(({ user, ...facts }) => ({ ...facts, uid: user, user: labelOf(user) }));
    return { shares, swarms: new Map(Object.entries(online.swarms) as [ContentId, SwarmCount][]) };
  }

  async announceUrls(gid: GroupId): Promise<string[]> {
    const call = (api: TrackerApi) => api.call(trackerApi.announceUrls, { params: { gid } });
    return (await this.#trackers.call(call)).urls;
  }

  async #readRows(api: TrackerApi): Promise<GroupRow[]> {
    const rows: GroupRow[] = [];
    let after: string | undefined;
    for (let pages = 0; pages < GROUP_PAGES_MAX; pages += 1) {
      const page = await api.call(trackerApi.groups, { query: after === undefined ? {} : { after } });
      const there = page.groups.filter((row) => !row.ended && !this.#book.state(row.gid)?.ended);
      rows.push(...there.filter((row) => this.#isProven(row)).map((row) => this.#groupRow(row)));
      if (page.next === undefined) break;
      after = page.next;
    }
    return rows;
  }

  #online(gid: GroupId) {
    return this.#trackers.call((api) => api.call(trackerApi.online, { params: { gid } }));
  }

  /** A group that this user has had to do with may be gone from the tracker that is asked. */
  async #refreshKnown(gid: GroupId): Promise<void> {
    try {
      await this.#desk.refresh(gid);
    } catch (error) {
      if (!(error instanceof CommandError) || error.code === 'NO_TRACKER') throw error;
    }
  }

  /** Whether the group's record is what its id stands for, and names the owner that the row does. */
  #isProven(row: TrackerGroupRow): boolean {
    return row.records.some((text) => {
      const record = readRecord(text);
      if (record?.kind !== 'group' || record.parts.gid !== row.gid || record.author !== row.owner)
        return false;
      if (this.#proven.has(record.hash) || this.#view.get(record.key)?.hash === record.hash) return true;
      if (!verifyRecord(record, this.#clusterId)) return false;
      if (this.#proven.size >= PROVEN_MAX) this.#proven.clear();
      this.#proven.add(record.hash);
      return true;
    });
  }

  #groupRow(row: TrackerGroupRow): GroupRow {
    const standing = this.#book.standing(row.gid);
    const known = this.#book.isMember(row.gid) ? this.#book.state(row.gid)?.members.size : undefined;
    return {
      group: this.#names.learn('group', row.gid, row.label),
      owner: this.#names.learn('user', row.owner, row.ownerLabel),
      members: known ?? row.members,
      you: standing === 'owner' || standing === 'member' || standing === 'pending' ? standing : '-',
    };
  }
}
