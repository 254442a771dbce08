import type { GroupId } from '../../base/index.ts';
import type { Torrent } from '../../metainfo/index.ts';
import type { PeerContext, PeerRates } from '../../net/index.ts';
import type { FilePool } from '../../storage/index.ts';
import type { NodeEvent } from '../commands.ts';
import type { CareOf, PeerEntry, UserAccess } from '../seams.ts';
import type { Doors } from './doors.ts';
import type { EntryKey, Library } from './library.ts';
import type { RateBook } from './rate-book.ts';
import { SwarmRun } from './swarm-run.ts';
import type { SwarmEvents, SwarmFiles, SwarmTools } from './swarm-surroundings.ts';

/** What a process's transfers are made with. */
export interface TransferTools extends SwarmTools {
  readonly files: FilePool;
  readonly rates: PeerRates;
  readonly doors: Doors;
  readonly emit: (event: NodeEvent) => void;
  /** The list of downloads may show something else now. */
  readonly onChange: () => void;
}

/** The events of a swarm that differ between a share and a download. */
export type OwnEvents = Omit<SwarmEvents, 'newsFor' | 'onNews'>;

/** What one logged-in user's shares and downloads have in common. */
export class Desk {
  readonly tools: TransferTools;
  readonly access: UserAccess;
  readonly library: Library;
  readonly rates: RateBook;
  /** Undefined: nobody cares for files but whoever shared them. */
  readonly careOf: CareOf | undefined;
  readonly #runs = new Map<SwarmRun, GroupId>();

  constructor(tools: TransferTools, access: UserAccess, library: Library, rates: RateBook, careOf?: CareOf) {
    this.tools = tools;
    this.access = access;
    this.library = library;
    this.rates = rates;
    this.careOf = careOf;
  }

  /** All swarms at work. */
  get runs(): Iterable<SwarmRun> {
    return this.#runs.keys();
  }

  get clockMs(): number {
    return this.tools.clock.nowMs();
  }

  label(gid: GroupId): string {
    return this.access.gate.labelOfGroup(gid);
  }

  /** Others that have or fetch this content, under any info-hash. */
  peersOf({ gid, content }: EntryKey): readonly PeerEntry[] {
    return this.access.presence.peersOf(gid, content);
  }

  /** Puts a swarm to work. End it with `endRun`. */
  startRun(key: EntryKey, context: PeerContext, start: SwarmFiles | undefined, events: OwnEvents): SwarmRun {
    const { gid } = key;
    const run = new SwarmRun(this.tools, {
      context,
      ownKey: this.access.deviceKey,
      start,
      hold: (socket) => this.rates.hold(socket, key),
      newsDigest: this.access.gate.newsDigest(gid),
      sources: () => this.peersOf(key).filter((peer) => peer.infoHash === context.infoHash),
      events: {
        ...events,
        newsFor: (digest) => this.access.gate.newsFor(gid, digest),
        onNews: (payload) => this.#onNews(gid, payload),
      },
    });
    this.#runs.set(run, gid);
    run.syncSources();
    return run;
  }

  /** Cuts its connections at once; resolves when it leaves the files alone. */
  async endRun(run: SwarmRun, why: string): Promise<void> {
    this.#runs.delete(run);
    await run.stop(new Error(why));
  }

  /** Members, grants or removals of a group have changed: nobody stays who may not. */
  examineGroup(gid: GroupId): void {
    const digest = this.access.gate.newsDigest(gid);
    for (const run of this.#runsOf(gid)) {
      run.examineAgain();
      run.shareNews(digest, undefined);
    }
  }

  /** A peer told us of removals: who is affected was cut off by `examineGroup`; the others are told in turn. */
  #onNews(gid: GroupId, payload: Uint8Array): void {
    if (!this.access.gate.applyNews(gid, payload)) return;
    const digest = this.access.gate.newsDigest(gid);
    for (const run of this.#runsOf(gid)) run.shareNews(digest, payload);
  }

  #runsOf(gid: GroupId): SwarmRun[] {
    return [...this.#runs].filter(([, of]) => of === gid).map(([run]) => run);
  }
}

/** Whether a torrent that came from peers is the content that was asked for, in this group. */
export function isWanted(torrent: Torrent, key: EntryKey, authorityPem: Uint8Array): boolean {
  const { sslCert, content } = torrent;
  return (
    content.contentId === key.content && sslCert !== undefined && Buffer.compare(sslCert, authorityPem) === 0
  );
}
