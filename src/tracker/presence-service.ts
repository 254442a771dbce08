import type { CallResult, PresenceReport, trackerApi } from '../api/index.ts';
import { CommandError, Gate, type Clock, type GroupId, type UserId } from '../base/index.ts';
import type { StoreNews } from '../store/index.ts';
import type { Announcing } from './announce/announcing.ts';
import type { PresenceTable } from './presence-table.ts';
import { groupsDecidedBy } from './read-rights.ts';
import type { RecordViews } from './record-views.ts';

/** Who is told of changes, and knows of other BitTorrent programs. */
type PresenceListener = Pick<Announcing, 'groups' | 'onMembers' | 'onOwn' | 'swarmsOf'>;

/** Keeps the table of who is online in step with reports, time, and who is a member where. */
export class PresenceService {
  readonly #table: PresenceTable;
  readonly #views: RecordViews;
  readonly #announcing: PresenceListener;
  readonly #clock: Clock;
  readonly #learning = new Gate(1);

  constructor(table: PresenceTable, views: RecordViews, announcing: PresenceListener, clock: Clock) {
    this.#table = table;
    this.#views = views;
    this.#announcing = announcing;
    this.#clock = clock;
  }

  async report(
    uid: UserId,
    report: PresenceReport,
    observed: string,
  ): Promise<CallResult<(typeof trackerApi)['presence']>> {
    const { news, need } = await this.#learning.run(async () => {
      const facts = {
        observed,
        nowMs: this.#clock.nowMs(),
        wallMs: this.#clock.wallMs(),
        membersOf: await this.#membersOf(report),
      };
      return this.#table.onReport(uid, report, facts);
    });
    this.#announcing.onOwn(news);
    return { observed, ...(need && { need }) };
  }

  async online(uid: UserId, gid: GroupId): Promise<CallResult<(typeof trackerApi)['online']>> {
    const view = await this.#views.group(gid);
    if (!view?.members.has(uid)) {
      throw new CommandError(
        'NOT_A_MEMBER',
        'only members see who is online in a group; join_group asks its owner',
      );
    }
    return { members: this.#table.online(view.members), swarms: this.#swarmsOf(gid) };
  }

  /** Those who are no members any more vanish from the swarms, new ones appear. */
  async onStoreNews(news: StoreNews): Promise<void> {
    const announced = new Set([...this.#table.groups(), ...this.#announcing.groups()]);
    const changed = new Set(news.type === 'lost' ? announced : news.records.flatMap(groupsDecidedBy));
    for (const gid of announced) if (changed.has(gid)) await this.#learn(gid);
  }

  onTime(): void {
    this.#announcing.onOwn(this.#table.onTime(this.#clock.nowMs()));
  }

  /** One at a time, as with reports: what was read first must not be applied last. */
  #learn(gid: GroupId): Promise<void> {
    return this.#learning.run(async () => {
      const view = await this.#views.group(gid);
      const members = view?.members ?? new Set();
      this.#announcing.onOwn(this.#table.onMembers(gid, members));
      this.#announcing.onMembers(gid, members);
    });
  }

  #swarmsOf(gid: GroupId): ReturnType<PresenceTable['swarmsOf']> {
    const counts = this.#table.swarmsOf(gid);
    for (const [content, { seeds, leechers }] of this.#announcing.swarmsOf(gid)) {
      const own = counts[content] ?? { seeds: 0, leechers: 0 };
      counts[content] = { seeds: own.seeds + seeds, leechers: own.leechers + leechers };
    }
    return counts;
  }

  async #membersOf({ contents = [] }: PresenceReport): Promise<Map<GroupId, ReadonlySet<UserId>>> {
    const members = new Map<GroupId, ReadonlySet<UserId>>();
    for (const gid of new Set(contents.map((content) => content.gid))) {
      const view = await this.#views.group(gid);
      if (view) members.set(gid, view.members);
    }
    return members;
  }
}
