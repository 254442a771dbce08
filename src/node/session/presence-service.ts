import { PRESENCE_HEARTBEAT_MS, type SwarmEvent, trackerApi } from '../../api/index.ts';
import { type Cancel, type Clock, type ContentId, type GroupId, every, within } from '../../base/index.ts';
import type { OwnContent, PeerEntry, Presence, Unsubscribe } from '../seams.ts';
import { Listeners } from './listeners.ts';
import { PresenceBook } from './presence-book.ts';
import { type DeviceFacts, PresenceReporter } from './presence-reporter.ts';
import type { TrackerStream } from './tracker-stream.ts';

/** News are told at once, but those that follow within so long together. */
const GATHER_MS = 50;
/** A tracker that leaves so many heartbeats unanswered is given up. */
const MISSED_MAX = 2;
const GOODBYE_MS = 1_000;

/** What is kept per tracker that is up. */
interface Report {
  readonly reporter: PresenceReporter;
  busy: boolean;
  again: boolean;
  missed: number;
}

/** Tells every tracker every 3 s that this device is there and with what; keeps what they tell of others. */
export class PresenceService implements Presence {
  readonly #facts: DeviceFacts;
  readonly #clock: Clock;
  readonly #book: PresenceBook;
  readonly #reports = new Map<TrackerStream, Report>();
  readonly #listeners = new Listeners<[GroupId, ContentId]>();
  #contents: readonly OwnContent[] = [];
  #cancelBeat: Cancel;
  #cancelGather: Cancel | undefined;
  #toldAtMs = -Infinity;

  /** `uid`: the user as whom the streams are open. */
  constructor(uid: string, facts: DeviceFacts, clock: Clock) {
    this.#facts = facts;
    this.#clock = clock;
    this.#book = new PresenceBook(`${uid}/${facts.device}`);
    this.#cancelBeat = every(clock, PRESENCE_HEARTBEAT_MS, () => this.#beat());
  }

  announce(contents: readonly OwnContent[]): void {
    const before = new Set(this.#contents.map(essence));
    const news =
      contents.length !== this.#contents.length || contents.some((one) => !before.has(essence(one)));
    this.#contents = contents;
    if (!news) return;
    this.#watch();
    const waitMs = Math.max(0, this.#toldAtMs + GATHER_MS - this.#clock.nowMs());
    this.#cancelGather ??= this.#clock.after(waitMs, () => this.#gathered());
  }

  peersOf(gid: GroupId, content: ContentId): readonly PeerEntry[] {
    return this.#book.peersOf(gid, content);
  }

  onPeers(listener: (gid: GroupId, content: ContentId) => void): Unsubscribe {
    return this.#listeners.add(listener);
  }

  trackersConnected(): number {
    return this.#reports.size;
  }

  /** The tracker's stream stands, and it has this user's records. */
  onUp(stream: TrackerStream): void {
    this.#book.onUp(nameOf(stream));
    this.#reports.set(stream, {
      reporter: new PresenceReporter(this.#facts),
      busy: false,
      again: false,
      missed: 0,
    });
    void this.#tell(stream);
  }

  onDown(stream: TrackerStream): void {
    this.#reports.delete(stream);
    this.#book.onDown(nameOf(stream), this.#clock.nowMs());
  }

  onSwarm(stream: TrackerStream, event: SwarmEvent): void {
    if (this.#book.onSwarm(nameOf(stream), event, this.#clock.nowMs()))
      this.#listeners.call(event.gid, event.content);
  }

  /** Leaves the online lists at once, where trackers can be told within a second. */
  async goodbye(): Promise<void> {
    this.#stop();
    const streams = [...this.#reports];
    this.#reports.clear();
    const calls = streams.map(([{ link }, { reporter }]) =>
      link.call(trackerApi.presence, { body: { ...reporter.next([]), goodbye: true } }),
    );
    const told = Promise.allSettled(calls).then(() => undefined);
    await within(this.#clock, GOODBYE_MS, told, () => new Error('slow')).catch(() => undefined);
  }

  #stop(): void {
    this.#cancelBeat();
    this.#cancelGather?.();
    this.#cancelGather = undefined;
  }

  #gathered(): void {
    this.#cancelGather = undefined;
    this.#toldAtMs = this.#clock.nowMs();
    for (const stream of this.#reports.keys()) void this.#tell(stream);
  }

  #beat(): void {
    for (const { gid, content } of this.#book.expire(this.#clock.nowMs())) this.#listeners.call(gid, content);
    for (const stream of this.#reports.keys()) void this.#tell(stream);
  }

  /** One report at a time; what comes up meanwhile follows at once. */
  async #tell(stream: TrackerStream): Promise<void> {
    const report = this.#reports.get(stream);
    if (!report) return;
    report.again = report.busy;
    if (report.busy) return this.#onStillBusy(stream, report);
    report.busy = true;
    try {
      const body = report.reporter.next(this.#contents);
      const answer = await stream.link.call(trackerApi.presence, { body });
      report.reporter.onAnswer(answer.need === 'full');
      if (body.full || body.gone?.length) this.#watch();
      // One that wants all of what it was just told waits for the next heartbeat like everyone.
      report.again ||= answer.need === 'full' && !body.full;
      report.missed = 0;
    } catch {
      report.reporter.onFailure();
      this.#onMissed(stream, report);
    }
    report.busy = false;
    if (report.again) void this.#tell(stream);
  }

  /** What was withdrawn is forgotten when the tracker knows: announced again before, it would bring no news. */
  #watch(): void {
    const believed = [...this.#reports.values()].flatMap(({ reporter }) => reporter.believed());
    this.#book.watch([...this.#contents, ...believed]);
  }

  #onStillBusy(stream: TrackerStream, report: Report): void {
    if (this.#cancelGather === undefined) this.#onMissed(stream, report);
  }

  #onMissed(stream: TrackerStream, report: Report): void {
    report.missed += 1;
    if (report.missed > MISSED_MAX) stream.drop();
  }
}

/** What of a content is worth a report of its own; progress waits for the next heartbeat. */
const essence = ({ gid, content, infoHash, seed }: OwnContent): string =>
  [gid, content, infoHash, seed].join();
const nameOf = (stream: TrackerStream): string => stream.link.tracker.text;
