import { CommandError, type GroupId, type UserId } from '../../base/index.ts';
import type { AnnounceKeys } from '../../identity/index.ts';
import { announcePath } from './announce-service.ts';
import type { RecordViews } from '../record-views.ts';

/** Hands members the URLs at which their other BitTorrent programs announce. */
export class AnnounceUrls {
  readonly #views: RecordViews;
  readonly #keys: AnnounceKeys;
  readonly #bases: () => readonly string[];

  /** `bases`: `http://ip:port` of each tracker of the cluster that is known to take announcements. */
  constructor(views: RecordViews, keys: AnnounceKeys, bases: () => readonly string[]) {
    this.#views = views;
    this.#keys = keys;
    this.#bases = bases;
  }

  /** Rejects with NOT_A_MEMBER. */
  async of(uid: UserId, gid: GroupId): Promise<{ urls: string[] }> {
    const n = (await this.#views.group(gid))?.stays.get(uid);
    if (n === undefined)
      throw new CommandError('NOT_A_MEMBER', 'only members announce in a group; join_group asks its owner');
    const key = this.#keys.seal({ uid, gid, n });
    return { urls: this.#bases().map((base) => base + announcePath(key)) };
  }
}
