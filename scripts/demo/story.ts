import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Clock, sleep } from '../../src/base/index.ts';
import { formatBytes, formatRate } from '../../src/cli/text/format.ts';
import type { PeerRow, RequestRow, Uploaded } from '../../src/node/index.ts';
import { ACCEPTED, Cast, gather, GROUP, OWNER, REFUSED } from './cast.ts';
import { type Attempt, type Door, forgedCertificate, tryToGetIn } from './intruder.ts';
import { type Book, Ledger } from './ledger.ts';
import { checksumOf, type Sample } from './sample.ts';
import type { Stage } from './stage.ts';
import { statusOf } from './status.ts';
import { Trackers } from './tracker.ts';
import { type Incident, Transfer } from './transfer.ts';
import { Verdict } from './verdict.ts';
import type { View } from './view.ts';

/** Who is killed on the way, and which tracker. */
const VICTIM = 'cleo';
const LOST_TRACKER = 1;
const OTHER_TRACKER = 2;
/** The owner gives so slowly that the whole takes about this long: time to watch, and for things to happen. */
const WATCH_SECONDS = 8;
const MB = 1_000_000;
/** Pieces in flight are lost when a leecher is killed, and the last blocks may come twice. */
const RESUMED_SHARE_MIN = 0.75;

/** The main job from first account to last checksum. */
export class Story {
  readonly #stage: Stage;
  readonly #clock: Clock;
  readonly #view: View;
  readonly #sample: Sample;
  readonly #trackers: Trackers;
  readonly #cast: Cast;
  readonly #verdict = new Verdict();
  readonly #transfer: Transfer;
  readonly #attempts: Attempt[] = [];
  readonly #upBytesPerSecond: number;
  #infoHash = '';
  #heldWhenKilled = 0;

  private constructor(stage: Stage, clock: Clock, view: View, sample: Sample, trackers: Trackers) {
    this.#stage = stage;
    this.#clock = clock;
    this.#view = view;
    this.#sample = sample;
    this.#trackers = trackers;
    this.#upBytesPerSecond = sample.sizeBytes / WATCH_SECONDS;
    this.#cast = new Cast(stage, clock, trackers.file, this.#upBytesPerSecond);
    this.#transfer = new Transfer(this.#cast, clock, view, ACCEPTED, this.#incidents());
  }

  /** Resolves to whether everything was as promised; rejects when the story could not be told to its end. */
  static async tell(stage: Stage, clock: Clock, view: View, sample: Sample): Promise<boolean> {
    const trackers = await Trackers.startAll(stage, clock, 2);
    view.tell(`two trackers are up: ${trackers.addressOf(1)} and ${trackers.addressOf(2)}`);
    const story = new Story(stage, clock, view, sample, trackers);
    await gather(story.#cast, view, clock);
    await story.#share();
    await story.#transfer.run(sample.name, (name) => story.#destinationOf(name));
    view.tell('everybody has the file');
    await story.#checkFiles();
    await story.#checkReturnedTracker();
    const ledger = await story.#readBooks();
    await story.#leave();
    story.#printEnd(ledger);
    return story.#verdict.allTrue;
  }

  async #share(): Promise<void> {
    const { path, name, sizeBytes } = this.#sample;
    const reply = await this.#cast.get(OWNER).must('upload_file', path, GROUP);
    this.#infoHash = (reply.fields as unknown as Uploaded).infoHash;
    await Promise.all(ACCEPTED.map((member) => this.#stage.makeFolder('downloads', member)));
    this.#view.tell(
      `${OWNER} shares ${name} (${formatBytes(sizeBytes)}); ${ACCEPTED.join(', ')} download it`,
    );
    this.#view.tell(
      `${OWNER} gives ${formatRate(this.#upBytesPerSecond)} at most, so that there is something to see`,
    );
  }

  #destinationOf(name: string): string {
    return join(this.#stage.folder, 'downloads', name, this.#sample.name);
  }

  #incidents(): Incident[] {
    return [
      { atShare: 0.25, of: VICTIM, act: () => this.#killLeecher() },
      { atShare: 0.35, act: () => this.#letIntrudersTry() },
      { atShare: 0.5, act: (share) => this.#killTracker(share) },
      { atShare: 0.8, act: () => this.#returnTracker() },
    ];
  }

  async #killLeecher(): Promise<void> {
    this.#heldWhenKilled = this.#transfer.doneBytesOf(VICTIM);
    await this.#cast.get(VICTIM).process.kill();
    this.#view.tell(`${VICTIM}'s client is killed (SIGKILL) with ${formatBytes(this.#heldWhenKilled)} done`);
    await this.#cast.restart(VICTIM);
    this.#view.tell(`${VICTIM} is back and logged in; its download goes on by itself`);
  }

  async #killTracker(share: number): Promise<void> {
    await this.#trackers.kill(LOST_TRACKER);
    this.#view.tell(`tracker ${LOST_TRACKER} is killed (SIGKILL)`);
    await this.#cast.get(REFUSED).must('join_group', GROUP);
    this.#view.tell(`${REFUSED} asks again, and the other tracker takes it`);
    const detail = `${Math.floor(share * 100)} % done when tracker ${LOST_TRACKER} was killed`;
    this.#verdict.check('a tracker was lost half way and nobody noticed', share < 0.9, detail);
  }

  async #returnTracker(): Promise<void> {
    await this.#trackers.start(LOST_TRACKER);
    this.#view.tell(`tracker ${LOST_TRACKER} is back`);
  }

  async #letIntrudersTry(): Promise<void> {
    const refused = this.#cast.get(REFUSED);
    const stolen = join(this.#stage.folder, 'stolen');
    const reply = await refused.run('download_file', GROUP, this.#sample.name, stolen);
    const { port } = await statusOf(this.#cast.get(OWNER));
    const door: Door = { host: '127.0.0.1', port, infoHash: this.#infoHash };
    this.#attempts.push(await tryToGetIn(door, this.#clock));
    this.#attempts.push(await tryToGetIn(door, this.#clock, await forgedCertificate(this.#clock)));
    const bytes = this.#attempts.map((attempt) => attempt.bytes);
    this.#view.tell(`${REFUSED} tries to download: ${reply.code}; by raw TLS ${bytes[1]} bytes`);
    this.#view.tell(`a stranger with no certificate tries ${OWNER}'s port by raw TLS: ${bytes[0]} bytes`);
    const foundAll = this.#attempts.every(({ foundTheDoor }) => foundTheDoor);
    const gotNothing = bytes.every((count) => count === 0) && !existsSync(stolen);
    const ok = reply.code === 'NOT_A_MEMBER' && foundAll && gotNothing;
    const detail = `${reply.code || 'accepted'}; ${bytes.join(' and ')} bytes at the right door`;
    this.#verdict.check(
      `${REFUSED} and a stranger got no byte`,
      ok,
      foundAll ? detail : 'they missed the door',
    );
  }

  async #checkFiles(): Promise<void> {
    const sums = await Promise.all(ACCEPTED.map((name) => checksumOf(this.#destinationOf(name))));
    const equal = sums.filter((sum) => sum === this.#sample.checksum).length;
    const detail = `${equal} of ${sums.length} files have SHA-256 ${this.#sample.checksum.slice(0, 16)}…`;
    this.#verdict.check('every byte is right', equal === sums.length, detail);
  }

  /** What was written while it was away must be known to the returned tracker when it stands alone. */
  async #checkReturnedTracker(): Promise<void> {
    await this.#untilConnected();
    await this.#trackers.kill(OTHER_TRACKER);
    const requests = await this.#cast.get(OWNER).rows<RequestRow>('list_requests', GROUP);
    const known = requests.some(({ user }) => user === REFUSED);
    await this.#trackers.start(OTHER_TRACKER);
    const detail = `alone, it ${known ? 'knows' : 'does not know'} what ${REFUSED} asked meanwhile`;
    this.#verdict.check('the tracker that returned has caught up', known, detail);
  }

  async #untilConnected(): Promise<void> {
    const address = this.#trackers.addressOf(LOST_TRACKER);
    for (let tries = 0; tries < 100; tries += 1) {
      const { connected } = await statusOf(this.#cast.get(OWNER));
      if (connected.includes(address)) return;
      await sleep(this.#clock, 100);
    }
    throw new Error(`${OWNER} does not find tracker ${LOST_TRACKER} again`);
  }

  async #readBooks(): Promise<Ledger> {
    const books = [OWNER, ...ACCEPTED].map(async (name): Promise<Book> => {
      const rows = await this.#cast.get(name).rows<PeerRow>('show_peers', GROUP, this.#sample.name);
      return { name, torn: name === VICTIM, rows };
    });
    const ledger = new Ledger(await Promise.all(books));
    const fromOthers = ACCEPTED.map((name) => ledger.takenFromOthers(name, OWNER));
    const detail = ACCEPTED.map((name, index) => `${name} ${formatBytes(fromOthers[index] ?? 0)}`).join(', ');
    const ok = fromOthers.every((bytes) => bytes > 0);
    this.#verdict.check('they fetched from each other as well', ok, detail);
    this.#checkResume(ledger);
    return ledger;
  }

  /** The book that the victim began after its return says what it fetched from then on. */
  #checkResume(ledger: Ledger): void {
    const { sizeBytes } = this.#sample;
    const fetched = ledger.takenByOwnBook(VICTIM);
    const ok = fetched > 0 && fetched <= sizeBytes - this.#heldWhenKilled * RESUMED_SHARE_MIN;
    const detail = `had ${formatBytes(this.#heldWhenKilled)} of ${formatBytes(sizeBytes)}, then fetched ${formatBytes(fetched)}`;
    this.#verdict.check(`${VICTIM}, killed on the way, went on where it was`, ok, detail);
  }

  async #leave(): Promise<void> {
    const clients = await this.#cast.quit();
    const trackers = await this.#trackers.quit();
    const left = this.#stage.processes.filter(({ hasEnded }) => !hasEnded).length;
    this.#verdict.check('all ended when asked', clients && trackers && left === 0, `${left} processes left`);
  }

  #printEnd(ledger: Ledger): void {
    const { sizeBytes } = this.#sample;
    const { seconds } = this.#transfer;
    const rates = ACCEPTED.map((name) => {
      const own = this.#transfer.secondsOf(name);
      return `${name} ${own.toFixed(1)} s (${(sizeBytes / MB / own).toFixed(0)} MB/s)`;
    });
    const together = ((sizeBytes * ACCEPTED.length) / MB / seconds).toFixed(0);
    this.#view.print([
      '',
      ...ledger.lines([OWNER, ...ACCEPTED], ACCEPTED),
      '',
      `time  ${rates.join(', ')}; all in ${seconds.toFixed(1)} s, ${together} MB/s together`,
      '',
      ...this.#verdict.lines(),
    ]);
  }
}
