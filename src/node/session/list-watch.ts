import type { ContentId, GroupId } from '../../base/index.ts';
import type { RecordKind } from '../../records/index.ts';
import type { NodeChange } from '../commands.ts';
import type { NameBook } from './name-book.ts';
import type { PresenceService } from './presence-service.ts';
import type { RecordView } from './record-view.ts';

type What = NodeChange['what'];
export type TellChange = (what: What, group?: string) => void;

/** Swarms whose counts are remembered. */
const SWARMS_MAX = 10_000;
/** What a record of each kind may show in another way, besides the account's own. */
const SHOWN: Readonly<Record<RecordKind, readonly What[]>> = {
  user: [],
  credential: [],
  name: [],
  secret: ['groups'],
  group: ['groups', 'members'],
  ended: ['groups', 'members', 'requests', 'files'],
  request: ['groups', 'requests'],
  left: ['groups', 'members', 'requests', 'files'],
  grant: ['groups', 'members', 'requests', 'files'],
  share: ['files'],
};

/** Tells which lists show something else after news came in. */
export class ListWatch {
  readonly #names: NameBook;
  readonly #presence: PresenceService;
  readonly #tell: TellChange;
  readonly #counts = new Map<string, string>();

  constructor(names: NameBook, presence: PresenceService, tell: TellChange) {
    this.#names = names;
    this.#presence = presence;
    this.#tell = tell;
  }

  listenTo(view: RecordView): void {
    view.listen({ onGroupsChanged: (changes) => this.#onGroups(changes) });
    this.#presence.onPeers((gid, content) => this.#onPeers(gid, content));
  }

  #onGroups(changes: ReadonlyMap<GroupId, ReadonlySet<RecordKind>>): void {
    for (const [gid, kinds] of changes) {
      const lists = new Set([...kinds].flatMap((kind) => SHOWN[kind]));
      for (const what of lists) this.#tell(what, this.#names.known(gid));
    }
  }

  /** Progress is told by every heartbeat; a list shows how many have all of it, and how many a part. */
  #onPeers(gid: GroupId, content: ContentId): void {
    const peers = this.#presence.peersOf(gid, content);
    const seeds = peers.filter(({ seed }) => seed).length;
    const key = `${gid}/${content}`;
    const counts = `${seeds}/${peers.length - seeds}`;
    if (this.#counts.get(key) === counts) return;
    if (this.#counts.size >= SWARMS_MAX) this.#counts.clear();
    this.#counts.set(key, counts);
    this.#tell('files', this.#names.known(gid));
  }
}
