import { join } from 'node:path';
import { z } from 'zod';

import { localRows } from '../../api/index.ts';
import {
  diskError,
  type Cancel,
  type Clock,
  type ContentId,
  type GroupId,
  type Logger,
} from '../../base/index.ts';
import { isLanHost, RateLimiter, type PeerRates, type PeerSocket } from '../../net/index.ts';
import type { ScheduleRule } from '../commands.ts';
import { readPrivateFile, writePrivateFile } from '../private-file.ts';
import type { EntryKey } from './library.ts';
import { checkRules, everyMinute, ruleInForce, systemLocalTime, type ToLocalTime } from './limit-schedule.ts';

const rate = z.number().positive().optional();
/** Bytes a second; absent: no limit. */
const ceilings = z.object({ up: rate, down: rate });
export type Ceilings = Readonly<z.infer<typeof ceilings>>;

const book = z.object({
  /** Whether peers of the own network are held down as well. */
  lanExempt: z.boolean(),
  node: ceilings,
  groups: z.record(z.string(), ceilings),
  /** By group and content. */
  files: z.record(z.string(), ceilings),
  schedule: z.array(localRows.scheduleRule).readonly().default([]),
});
type Book = z.infer<typeof book>;

/** What a limit is set on: everything, a group, or one content in a group. */
export interface LimitScope {
  readonly gid?: GroupId;
  readonly content?: ContentId;
}

/** A limit that stands. */
export interface StandingLimit extends LimitScope {
  readonly ceilings: Ceilings;
}

const nameOf = ({ gid, content }: EntryKey): string => `${gid}.${content}`;

function keyOf(name: string): EntryKey {
  const [gid = '', content = ''] = name.split('.');
  return { gid: gid as GroupId, content: content as ContentId };
}

/**
 * One user's limits on this machine, kept across restarts: of everything, of groups, of single contents (download and
 * share alike). All that apply to a connection hold at once, each shared evenly among its connections. While a rule of the
 * schedule is in force, its limits stand in for those of everything.
 */
export class RateBook {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #node: PeerRates;
  /** What the node was started with: it goes before what was kept, and comes back at the end. */
  readonly #atStart: Ceilings;
  readonly #unlimited: PeerRates;
  readonly #toLocalTime: ToLocalTime;
  readonly #stopSchedule: Cancel;
  /** Of everything, while no rule is in force. */
  #everything: Ceilings;
  #inForce: ScheduleRule | undefined;
  readonly #groups = new Map<GroupId, PeerRates>();
  readonly #files = new Map<string, PeerRates>();
  readonly #sockets = new Map<PeerSocket, EntryKey>();
  readonly #book: Book;
  #writing: Promise<void> = Promise.resolve();

  private constructor(path: string, clock: Clock, node: PeerRates, kept: Book, toLocalTime: ToLocalTime) {
    this.#path = path;
    this.#clock = clock;
    this.#node = node;
    this.#book = kept;
    this.#atStart = ceilingsOf(node);
    this.#unlimited = { up: new RateLimiter(clock), down: new RateLimiter(clock) };
    this.#everything = { ...kept.node, ...given(this.#atStart) };
    this.#toLocalTime = toLocalTime;
    this.#holdEverything();
    this.#stopSchedule = everyMinute(clock, () => this.#holdEverything());
  }

  /** @param node the limiters of everything, which this sets from now on until `close` */
  static async open(
    userDir: string,
    clock: Clock,
    node: PeerRates,
    log: Logger,
    toLocalTime: ToLocalTime = systemLocalTime,
  ): Promise<RateBook> {
    const path = join(userDir, 'limits.json');
    return new RateBook(path, clock, node, await readBook(path, log), toLocalTime);
  }

  get schedule(): readonly ScheduleRule[] {
    return this.#book.schedule;
  }

  /** Whether a rule of the schedule is in force now. */
  get isScheduled(): boolean {
    return this.#inForce !== undefined;
  }

  get lanExempt(): boolean {
    return this.#book.lanExempt;
  }

  /** Holds a connection of this content to its limits until it ends. */
  hold(socket: PeerSocket, key: EntryKey): void {
    this.#sockets.set(socket, key);
    socket.onceClosed(() => this.#sockets.delete(socket));
    socket.setRates(this.#ratesFor(socket, key));
  }

  /** What is set on exactly this; wider limits may be narrower. */
  of({ gid, content }: LimitScope): Ceilings {
    if (gid === undefined) return this.#everything;
    const { groups, files } = this.#book;
    return (content === undefined ? groups[gid] : files[nameOf({ gid, content })]) ?? {};
  }

  /** All limits that stand: that of everything first, then groups, then contents. */
  standing(): StandingLimit[] {
    const { groups, files } = this.#book;
    const all: StandingLimit[] = [
      { ceilings: this.of({}) },
      ...Object.entries(groups).map(([gid, each]) => ({ gid: gid as GroupId, ceilings: each })),
      ...Object.entries(files).map(([name, each]) => ({ ...keyOf(name), ceilings: each })),
    ];
    return all.filter((limit) => !isEmpty(limit.ceilings));
  }

  /** Sets both directions at once; holds when it returns, is kept when it resolves. */
  set(scope: LimitScope, wanted: Ceilings): Promise<void> {
    const { gid, content } = scope;
    if (gid === undefined) {
      this.#book.node = wanted;
      this.#everything = wanted;
      this.#holdEverything();
    } else if (content === undefined) {
      enter(this.#book.groups, gid, wanted);
      setCeilings(this.#groups.get(gid), wanted);
    } else {
      const name = nameOf({ gid, content });
      enter(this.#book.files, name, wanted);
      setCeilings(this.#files.get(name), wanted);
    }
    return this.#save();
  }

  /** Replaces the schedule; holds when it returns, is kept when it resolves. Throws INVALID_ARGUMENTS. */
  setSchedule(rules: readonly ScheduleRule[]): Promise<void> {
    checkRules(rules);
    this.#book.schedule = rules;
    this.#holdEverything();
    return this.#save();
  }

  /** @param exempt whether peers at loopback, private and link-local addresses are free of all limits */
  exemptLan(exempt: boolean): Promise<void> {
    this.#book.lanExempt = exempt;
    for (const [socket, key] of this.#sockets) socket.setRates(this.#ratesFor(socket, key));
    return this.#save();
  }

  /** A content that is neither shared nor fetched any more has no limit. */
  async forget(key: EntryKey): Promise<void> {
    if (!isEmpty(this.of(key))) await this.set(key, {});
    this.#files.delete(nameOf(key));
  }

  /** From now on everything is as it was before `open`. */
  async close(): Promise<void> {
    this.#stopSchedule();
    setCeilings(this.#node, this.#atStart);
    await this.#writing.catch(() => undefined);
  }

  #holdEverything(): void {
    this.#inForce = ruleInForce(this.#book.schedule, this.#toLocalTime(this.#clock.wallMs()));
    setCeilings(this.#node, this.#inForce ? ceilingsIn(this.#inForce) : this.#everything);
  }

  #ratesFor(socket: PeerSocket, key: EntryKey): PeerRates {
    if (this.#book.lanExempt && isLanHost(socket.remote.host)) return this.#unlimited;
    const name = nameOf(key);
    return getOrMake(this.#files, name, () => this.#below(this.#groupRates(key.gid), this.of(key)));
  }

  #groupRates(gid: GroupId): PeerRates {
    return getOrMake(this.#groups, gid, () => this.#below(this.#node, this.of({ gid })));
  }

  #below(wider: PeerRates, { up, down }: Ceilings): PeerRates {
    return {
      up: new RateLimiter(this.#clock, up, wider.up),
      down: new RateLimiter(this.#clock, down, wider.down),
    };
  }

  /** One after another, so that the last one stands. */
  async #save(): Promise<void> {
    const write = (): Promise<void> => writePrivateFile(this.#path, JSON.stringify(this.#book));
    this.#writing = this.#writing.then(write, write);
    try {
      await this.#writing;
    } catch (error) {
      throw diskError(error, this.#path);
    }
  }
}

async function readBook(path: string, log: Logger): Promise<Book> {
  const bytes = await readPrivateFile(path);
  const none: Book = { lanExempt: false, node: {}, groups: {}, files: {}, schedule: [] };
  if (bytes === undefined) return none;
  try {
    return book.parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (error) {
    log.warn('limits.unreadable', { path, reason: (error as Error).message });
    return none;
  }
}

const isEmpty = ({ up, down }: Ceilings): boolean => up === undefined && down === undefined;

const ceilingsOf = ({ up, down }: PeerRates): Ceilings =>
  given({ up: up.bytesPerSecond, down: down.bytesPerSecond });

const ceilingsIn = ({ upLimit, downLimit }: ScheduleRule): Ceilings =>
  given({ up: upLimit ?? undefined, down: downLimit ?? undefined });

/** Without the directions that have none. */
const given = ({ up, down }: Ceilings): Ceilings => ({
  ...(up === undefined ? {} : { up }),
  ...(down === undefined ? {} : { down }),
});

function setCeilings(rates: PeerRates | undefined, { up, down }: Ceilings): void {
  rates?.up.setRate(up);
  rates?.down.setRate(down);
}

function enter(limits: Record<string, Ceilings>, name: string, wanted: Ceilings): void {
  if (isEmpty(wanted)) delete limits[name];
  else limits[name] = wanted;
}

function getOrMake<Key>(map: Map<Key, PeerRates>, key: Key, make: () => PeerRates): PeerRates {
  const there = map.get(key);
  if (there) return there;
  const made = make();
  map.set(key, made);
  return made;
}
