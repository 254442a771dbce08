import { trackerApi } from '../../api/index.ts';
import { CommandError, type GroupId } from '../../base/index.ts';
import { type GroupState, type SignedRecord, groupState } from '../../records/index.ts';
import type { GroupBook } from './group-book.ts';
import type { NameBook } from './name-book.ts';
import type { RecordView } from './record-view.ts';
import type { TrackerApi } from './tracker-link.ts';
import type { Trackers } from './trackers.ts';

/** Pages of one group's records that are read at most: 256,000 records. */
const PAGES_MAX = 1_000;

/** A group that a command names, as it stands at a tracker now. */
export interface FoundGroup {
  readonly gid: GroupId;
  readonly label: string;
  readonly state: GroupState;
  /** The group's own records, for who is about to have to do with it. */
  readonly records: readonly SignedRecord[];
}

/** Finds groups for commands, brings what is known of them up to date, and checks who may give the command. */
export class GroupDesk {
  readonly #trackers: Trackers;
  readonly #names: NameBook;
  readonly #view: RecordView;
  readonly #book: GroupBook;

  constructor(trackers: Trackers, names: NameBook, view: RecordView, book: GroupBook) {
    this.#trackers = trackers;
    this.#names = names;
    this.#view = view;
    this.#book = book;
  }

  /** Rejects with INVALID_NAME, NO_SUCH_GROUP (also for a deleted one), IDENTITY_CHANGED, NO_TRACKER. */
  async find(typed: string): Promise<FoundGroup> {
    const { id, label, records } = await this.#names.resolve('group', typed);
    const gid = id as GroupId;
    const ofGroup = records.filter((record) => 'gid' in record.parts && record.parts.gid === gid);
    if (this.#view.follows(gid)) {
      for (const record of ofGroup) this.#view.merge(record, 'news');
      await this.#trackers.call((api) => readGroup(api, gid, this.#view, 'rights'));
    }
    const state = this.#book.state(gid) ?? groupState(ofGroup);
    if (!state)
      throw new CommandError('NO_TRACKER', `no tracker has the record of ${label} yet; try again soon`);
    if (state.ended)
      throw new CommandError('NO_SUCH_GROUP', `${label} was deleted by its owner; its name stays taken`);
    return { gid, label, state, records: ofGroup };
  }

  /** Rejects as `find`, or with NOT_OWNER. */
  async requireOwner(typed: string): Promise<FoundGroup> {
    const found = await this.find(typed);
    if (this.#book.standing(found.gid) === 'owner') return found;
    const owner = (await this.#names.labelsOf('user', [found.state.owner]))(found.state.owner);
    throw new CommandError('NOT_OWNER', `only ${owner}, the owner of ${found.label}, can do that`);
  }

  /** Rejects as `find`, or with NOT_A_MEMBER. */
  async requireMember(typed: string): Promise<FoundGroup> {
    const found = await this.find(typed);
    if (this.#book.isMember(found.gid)) return found;
    const waiting = this.#book.standing(found.gid) === 'pending';
    throw new CommandError(
      'NOT_A_MEMBER',
      waiting
        ? `your request to join ${found.label} still waits for its owner's answer`
        : `you are not in ${found.label}; ask its owner by join_group ${found.label}`,
    );
  }

  /** Reads all records of a group that this user may read, shares as well, at one tracker. */
  async refresh(gid: GroupId): Promise<void> {
    await this.#trackers.call((api) => readGroup(api, gid, this.#view));
  }
}

/** Takes in every record of one group that this user may read there, or `only` those that decide who is in it. */
export async function readGroup(
  api: TrackerApi,
  gid: GroupId,
  view: RecordView,
  only?: 'rights',
): Promise<void> {
  const which = only && { only };
  await readPages(view, (query) =>
    api.call(trackerApi.groupRecords, { params: { gid }, query: { ...query, ...which } }),
  );
}

/** Takes in all of this user's own records there. */
export async function readOwn(api: TrackerApi, view: RecordView): Promise<void> {
  await readPages(view, (query) => api.call(trackerApi.listRecords, { query }));
}

/** Page by page, so that no tracker can make this client hold more than one. */
async function readPages(
  view: RecordView,
  readPage: (query: {
    after?: string;
  }) => Promise<{ readonly records: string[]; readonly next?: string | undefined }>,
): Promise<void> {
  let after: string | undefined;
  for (let pages = 0; pages < PAGES_MAX; pages += 1) {
    const { records, next } = await readPage(after === undefined ? {} : { after });
    await view.takeAll(records);
    if (next === undefined) return;
    after = next;
  }
}
