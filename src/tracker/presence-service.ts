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
    for (const gid of new Set(report.contents?.map((content) => content.gid))) await this.#learn(gid);
    const { news, need } = this.#table.onReport(
      uid,
      report,
      observed,
      this.#clock.nowMs(),
      this.#clock.wallMs(),
    );
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
    const changed = news.type === 'lost' ? this.#table.groups() : news.records.flatMap(groupsOf);
    for (const gid of new Set(changed)) if (this.#table.knows(gid)) await this.#learn(gid);
  }

  onTime(): void {
    this.#hub.onSwarms(this.#table.onTime(this.#clock.nowMs()));
  }

  /** One at a time: what was read first must not be applied last. */
  #learn(gid: GroupId): Promise<void> {
    return this.#learning.run(async () => {
      const view = await this.#views.group(gid);
      this.#hub.onSwarms(this.#table.onMembers(gid, view?.members ?? new Set()));
    });
  }
}

function groupsOf({ key }: { readonly key: string }): GroupId[] {
  const parsed = parseKey(key);
  const gid = parsed && groupOf(parsed);
  return gid === undefined || parsed?.kind === 'share' ? [] : [gid];
}
