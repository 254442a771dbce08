import { type Clock, deferred, sleep } from '../../src/base/index.ts';
import type { DownloadRow } from '../../src/node/index.ts';
import { type Cast, GROUP } from './cast.ts';
import type { Progress, View } from './view.ts';

/** Something that happens once, when the download has come so far. */
export interface Incident {
  readonly atShare: number;
  /** Whose progress counts; undefined: everybody's together. */
  readonly of?: string;
  act(share: number): Promise<void>;
}

interface Leecher {
  readonly name: string;
  progress: Progress;
  complete: boolean;
  completeAtMs: number;
}

const POLL_MS = 60;
/** Without a byte for so long the demo gives up. */
const STANDSTILL_MS = 45_000;

/** The parallel download as the demo sees it: asks each client how far it is, and lets incidents happen. */
export class Transfer {
  readonly #cast: Cast;
  readonly #clock: Clock;
  readonly #view: View;
  readonly #leechers: readonly Leecher[];
  readonly #incidents: Incident[];
  readonly #acts: Promise<void>[] = [];
  /** Rejects as soon as an incident goes wrong. */
  readonly #failure = deferred<never>();
  #startMs = 0;
  #movedAtMs = 0;
  #doneBytes = -1;

  constructor(cast: Cast, clock: Clock, view: View, names: readonly string[], incidents: Incident[]) {
    this.#cast = cast;
    this.#clock = clock;
    this.#view = view;
    this.#incidents = [...incidents];
    this.#failure.promise.catch(() => undefined);
    this.#leechers = names.map((name) => ({
      name,
      progress: nothing(name),
      complete: false,
      completeAtMs: 0,
    }));
  }

  /** Seconds from the command to the end of one download. */
  secondsOf(name: string): number {
    const leecher = this.#leechers.find((one) => one.name === name);
    return leecher ? (leecher.completeAtMs - this.#startMs) / 1000 : 0;
  }

  get seconds(): number {
    return Math.max(...this.#leechers.map(({ name }) => this.secondsOf(name)));
  }

  doneBytesOf(name: string): number {
    return this.#leechers.find((one) => one.name === name)?.progress.doneBytes ?? 0;
  }

  /** Resolves when everybody has the file and every incident is over. */
  async run(file: string, destinationOf: (name: string) => string): Promise<void> {
    this.#startMs = this.#clock.nowMs();
    this.#movedAtMs = this.#startMs;
    const start = ({ name }: Leecher): Promise<unknown> =>
      this.#cast.get(name).must('download_file', GROUP, file, destinationOf(name));
    await Promise.all(this.#leechers.map(start));
    const watches = Promise.all(this.#leechers.map((leecher) => this.#watch(leecher)));
    watches.catch((error: unknown) => this.#failure.reject(error));
    while (this.#leechers.some(({ complete }) => !complete)) {
      this.#view.show(this.#leechers.map(({ progress }) => progress));
      this.#letHappen();
      this.#checkThatItMoves();
      await Promise.race([sleep(this.#clock, POLL_MS), this.#failure.promise]);
    }
    this.#view.show(this.#leechers.map(({ progress }) => progress));
    this.#letHappen();
    await Promise.all(this.#acts);
    this.#view.hideProgress();
  }

  /** Asks one client again and again: one that is away must not keep the others from being seen. */
  async #watch(leecher: Leecher): Promise<void> {
    while (!leecher.complete) {
      await this.#ask(leecher);
      await sleep(this.#clock, POLL_MS);
    }
  }

  async #ask(leecher: Leecher): Promise<void> {
    const client = this.#cast.get(leecher.name);
    const rows = await client.rows<DownloadRow>('show_downloads').catch((error: unknown) => {
      if (client.process.hasEnded) return undefined;
      throw error;
    });
    if (!rows) leecher.progress = { ...leecher.progress, bytesPerSecond: 0, remark: 'killed' };
    const row = rows?.[0];
    if (!row) return;
    if (row.state === 'F') throw new Error(`${leecher.name}: the download failed: ${row.remark}`);
    // A client that has just come back hashes what it finds on its disk before it counts it.
    if (row.doneBytes < leecher.progress.doneBytes) return;
    leecher.progress = { ...row, name: leecher.name };
    if (row.state !== 'C') return;
    leecher.complete = true;
    leecher.completeAtMs = this.#clock.nowMs();
  }

  #share(name: string | undefined): number {
    const counted = this.#leechers.filter((one) => name === undefined || one.name === name);
    const done = counted.reduce((sum, { progress }) => sum + progress.doneBytes, 0);
    return done / counted.reduce((sum, { progress }) => sum + progress.totalBytes, 0);
  }

  #letHappen(): void {
    const due = this.#incidents.filter(({ atShare, of }) => this.#share(of) >= atShare);
    for (const incident of due) {
      this.#incidents.splice(this.#incidents.indexOf(incident), 1);
      const act = incident.act(this.#share(incident.of));
      act.catch((error: unknown) => this.#failure.reject(error));
      this.#acts.push(act);
    }
  }

  #checkThatItMoves(): void {
    const done = this.#leechers.reduce((sum, { progress }) => sum + progress.doneBytes, 0);
    const nowMs = this.#clock.nowMs();
    if (done !== this.#doneBytes) this.#movedAtMs = nowMs;
    this.#doneBytes = done;
    if (nowMs - this.#movedAtMs > STANDSTILL_MS) throw new Error('the download stands still');
  }
}

function nothing(name: string): Progress {
  return { name, doneBytes: 0, totalBytes: 1, bytesPerSecond: 0, secondsLeft: null, remark: '' };
}
