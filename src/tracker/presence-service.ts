import type { CallResult, PresenceReport, trackerApi } from '../api/index.ts';
import { CommandError, Gate, type Clock, type GroupId, type UserId } from '../base/index.ts';
import { parseKey } from '../records/index.ts';
import type { StoreNews } from '../store/index.ts';
import type { EventHub } from './event-hub.ts';
import type { PresenceTable } from './presence-table.ts';
import { groupOf } from './read-rights.ts';
import type { RecordViews } from './record-views.ts';

/** Keeps the table of who is online in step with reports, time, and who is a member where. */
export class PresenceService {
  readonly #table: PresenceTable;
  readonly #views: RecordViews;
  readonly #hub: EventHub;
  readonly #clock: Clock;
  readonly #learning = new Gate(1);

  constructor(table: PresenceTable, views: RecordViews, hub: EventHub, clock: Clock) {
    this.#table = table;
    this.#views = views;
    this.#hub = hub;
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
    this.#hub.onSwarms(news);
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
    return { members: this.#table.online(view.members), swarms: this.#table.swarmsOf(gid) };
  }

  /** Those who are no members any more vanish from the swarms, new ones appear. */
  async onStoreNews(news: StoreNews): Promise<void> {
    const announced = this.#table.groups();
    const changed = new Set(news.type === 'lost' ? announced : news.records.flatMap(groupsOf));
    for (const gid of announced) if (changed.has(gid)) await this.#learn(gid);
  }

  onTime(): void {
    this.#hub.onSwarms(this.#table.onTime(this.#clock.nowMs()));
  }

  /** One at a time, as with reports: what was read first must not be applied last. */
  #learn(gid: GroupId): Promise<void> {
    return this.#learning.run(async () => {
      const view = await this.#views.group(gid);
      this.#hub.onSwarms(this.#table.onMembers(gid, view?.members ?? new Set()));
    });
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

function groupsOf({ key }: { readonly key: string }): GroupId[] {
  const parsed = parseKey(key);
  const gid = parsed && groupOf(parsed);
  return gid === undefined || parsed?.kind === 'share' ? [] : [gid];
}
