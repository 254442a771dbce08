import type { UserId } from '../base/index.ts';
import type { PeerSession } from './peer-session.ts';

const BANS_MAX = 10_000;
/** A user may have one broken machine among several; after so many bad ones it is the user. */
const MACHINES_MAX = 3;

/** Who gave bad data is not talked to for a while. */
export class Bans {
  readonly #banMs: number;
  /** Identity (user and peer id), source key or user, to the time when the ban ends. */
  readonly #until = new Map<string, number>();
  readonly #machines = new Map<UserId, number>();

  constructor(banMs: number) {
    this.#banMs = banMs;
  }

  ban(session: PeerSession, nowMs: number): void {
    const { user } = session.info;
    const machines = (this.#machines.get(user) ?? 0) + 1;
    this.#machines.set(user, machines);
    const names = [session.identity, ...(session.key === undefined ? [] : [session.key])];
    if (machines >= MACHINES_MAX) names.push(user);
    for (const name of names) this.#until.set(name, nowMs + this.#banMs);
    for (const [name, untilMs] of this.#until) {
      if (untilMs > nowMs && this.#until.size <= BANS_MAX) break;
      this.#until.delete(name);
    }
  }

  isBanned(name: string, nowMs: number): boolean {
    return (this.#until.get(name) ?? -Infinity) > nowMs;
  }
}
