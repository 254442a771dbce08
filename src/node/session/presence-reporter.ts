import { type AnnouncedContent, CONTENTS_PER_DEVICE_MAX, type PresenceReport } from '../../api/index.ts';
import type { OwnContent, PeerAddress } from '../seams.ts';

/** Progress is told in whole per cents: finer steps would be news that nobody needs. */
const HAVE_STEPS = 100;

/** Names this process at the trackers, and where its peers connect. */
export interface DeviceFacts {
  readonly device: string;
  readonly boot: string;
  readonly port: number;
  readonly addresses: readonly PeerAddress[];
}

type Announced = ReadonlyMap<string, AnnouncedContent>;

/**
 * What one tracker is told of this device: all of it at first, then what changed, else a bare heartbeat. One report at
 * a time: `next`, then `onAnswer` or `onFailure`. Pure.
 */
export class PresenceReporter {
  readonly #facts: DeviceFacts;
  #told: Announced | undefined;
  #sending: Announced = new Map();
  /** What was last answered, and what has been sent in vain since. */
  #believed: Announced = new Map();
  #version = 0;

  constructor(facts: DeviceFacts) {
    this.#facts = facts;
  }

  next(contents: readonly OwnContent[]): PresenceReport {
    const now = toAnnounced(contents);
    const told = this.#told;
    this.#sending = now;
    if (!told) return this.#report({ full: true, contents: [...now.values()] });
    const changed = [...now]
      .filter(([key, content]) => differs(told.get(key), content))
      .map(([, content]) => content);
    const gone = [...told].filter(([key]) => !now.has(key)).map(([, { gid, content }]) => ({ gid, content }));
    if (changed.length === 0 && gone.length === 0) return this.#report({ full: false });
    this.#version += 1;
    return this.#report({ full: false, contents: changed, gone });
  }

  onAnswer(needsFull: boolean): void {
    this.#told = needsFull ? undefined : this.#sending;
    if (!needsFull) this.#believed = this.#sending;
  }

  /** What the tracker may take for announced: it tells of each from the start only once. */
  believed(): readonly AnnouncedContent[] {
    return [...this.#believed.values(), ...this.#sending.values()];
  }

  /** Whether it arrived is unknown: everything is told anew. Also when the tracker has been away. */
  onFailure(): void {
    this.#told = undefined;
    this.#believed = new Map([...this.#believed, ...this.#sending]);
  }

  #report(rest: Pick<PresenceReport, 'full' | 'contents' | 'gone'>): PresenceReport {
    const { device, boot, port, addresses } = this.#facts;
    return { device, boot, port, addresses: addresses.slice(0, 16), version: this.#version, ...rest };
  }
}

function toAnnounced(contents: readonly OwnContent[]): Announced {
  const announced = new Map<string, AnnouncedContent>();
  for (const { gid, content, infoHash, have, seed } of contents.slice(0, CONTENTS_PER_DEVICE_MAX)) {
    const rounded = seed ? 1 : Math.floor(have * HAVE_STEPS) / HAVE_STEPS;
    announced.set(`${gid}/${content}`, { gid, content, infoHash, have: rounded, seed });
  }
  return announced;
}

const differs = (a: AnnouncedContent | undefined, b: AnnouncedContent): boolean =>
  a === undefined || a.infoHash !== b.infoHash || a.have !== b.have || a.seed !== b.seed;
