import type { PeerFault, PeerFaultCode, UserId } from '../base/index.ts';
import type { PeerSession } from './peer-session.ts';

const BANS_MAX = 10_000;
/** A user may have one broken machine among several; after so many bad ones it is the user. */
const MACHINES_MAX = 3;
/** So many connections in so long ended by faults, and the user is left alone for as long. */
const STRIKES_MAX = 8;
const STRIKES_MS = 60_000;
/** Faults that even an honest one comes to: it was late, or one too many. */
const INNOCENT: readonly PeerFaultCode[] = ['NO_ROOM', 'SELF', 'SILENT'];

/** Who gave bad data, or broke the rules again and again, is not talked to for a while. */
export class Bans {
  readonly #banMs: number;
  /** Identity (user and peer id), source key or user, to the time when the ban ends. */
  readonly #until = new Map<string, number>();
  readonly #machines = new Map<UserId, number>();
  readonly #strikes = new Map<UserId, { count: number; sinceMs: number }>();

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
    this.#prune(nowMs);
  }

  /** A connection of the user was ended by a fault. */
  strike(user: UserId, { code }: PeerFault, nowMs: number): void {
    if (INNOCENT.includes(code)) return;
    const known = this.#strikes.get(user);
    const recent = known && nowMs - known.sinceMs < STRIKES_MS ? known : { count: 0, sinceMs: nowMs };
    recent.count += 1;
    this.#strikes.set(user, recent);
    if (recent.count < STRIKES_MAX) return;
    this.#strikes.delete(user);
    this.#until.set(user, Math.max(this.#until.get(user) ?? 0, nowMs + STRIKES_MS));
    this.#prune(nowMs);
  }

  #prune(nowMs: number): void {
    for (const [name, untilMs] of this.#until) {
      if (untilMs > nowMs && this.#until.size <= BANS_MAX) break;
      this.#until.delete(name);
    }
  }

  isBanned(name: string, nowMs: number): boolean {
    return (this.#until.get(name) ?? -Infinity) > nowMs;
  }
}
