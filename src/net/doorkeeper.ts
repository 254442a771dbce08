import { addressKey, PeerFault, type UserId } from '../base/index.ts';

/**
 * Ceilings of a peer host. An address is one of IPv4, or the first 64 bits of one of IPv6. All count connections, both
 * directions, unless said otherwise.
 */
export interface HostLimits {
  /** Admitted connections. */
  readonly connectionsMax: number;
  readonly connectionsPerAddressMax: number;
  /** Admitted connections of one user, on whatever devices and in whatever torrents. */
  readonly connectionsPerUserMax: number;
  /** Incoming connections that have not proven themselves yet. */
  readonly handshakesMax: number;
  readonly handshakesPerAddressMax: number;
  /** Handshakes begun by one address: so many at once, then so many a second. Each costs milliseconds of processor. */
  readonly arrivalsMax: number;
  readonly arrivalsPerSecond: number;
  /** From accept to admission, whatever the other side sends meanwhile. */
  readonly handshakeTimeoutMs: number;
  /** From connect to admission. */
  readonly dialTimeoutMs: number;
  /** Before the next address of the same peer is tried while the last has not answered. */
  readonly dialStaggerMs: number;
  /** A peer that takes nothing of what waits for it this long is dropped. */
  readonly sendStallMs: number;
  /** A peer from which nothing comes this long is dropped (BEP 3: keep-alives come every two minutes). */
  readonly silenceMs: number;
}

export const DEFAULT_LIMITS: HostLimits = Object.freeze({
  connectionsMax: 200,
  connectionsPerAddressMax: 100,
  connectionsPerUserMax: 32,
  handshakesMax: 64,
  handshakesPerAddressMax: 16,
  arrivalsMax: 100,
  arrivalsPerSecond: 10,
  handshakeTimeoutMs: 10_000,
  dialTimeoutMs: 6_000,
  dialStaggerMs: 250,
  sendStallMs: 60_000,
  silenceMs: 150_000,
});

/** Counts who is at the door and who is inside. Slots are given back by calling the function that a grant returns. */
export class Doorkeeper {
  readonly #limits: HostLimits;
  readonly #handshakes = new Tally();
  readonly #addresses = new Tally();
  readonly #users = new Tally();
  /** By address: how many arrivals it has left, and when that was so. Those that have all are forgotten. */
  readonly #arrivals = new Map<string, { left: number; atMs: number }>();

  constructor(limits: HostLimits) {
    this.#limits = limits;
  }

  get connections(): number {
    return this.#addresses.total;
  }

  /**
   * A slot for the handshake of a connection that came in. Undefined: hang up. When all slots are taken, one that an address
   * with more of them has had for longest is given to the newcomer, so that no few addresses can keep all others out.
   *
   * @param nowMs of any clock that is always the same
   * @param hangUp is called if the slot goes to somebody else
   */
  startHandshake(address: string, nowMs: number, hangUp: () => void): (() => void) | undefined {
    const { handshakesMax, handshakesPerAddressMax } = this.#limits;
    const key = addressKey(address);
    const own = this.#handshakes.of(key);
    if (!this.hasRoom(address) || own >= handshakesPerAddressMax || !this.#mayArrive(key, nowMs)) {
      return undefined;
    }
    if (this.#handshakes.total >= handshakesMax && !this.#handshakes.evictAbove(own)) return undefined;
    return this.#handshakes.enter(key, hangUp);
  }

  #mayArrive(key: string, nowMs: number): boolean {
    const { arrivalsMax, arrivalsPerSecond } = this.#limits;
    const leftAt = ({ left, atMs }: { left: number; atMs: number }): number =>
      left + ((nowMs - atMs) * arrivalsPerSecond) / 1000;
    const known = this.#arrivals.get(key);
    const left = known ? Math.min(arrivalsMax, leftAt(known)) : arrivalsMax;
    if (left < 1) return false;
    if (!known && this.#arrivals.size >= ARRIVALS_KEPT_MAX) {
      for (const [other, each] of this.#arrivals)
        if (leftAt(each) >= arrivalsMax) this.#arrivals.delete(other);
      if (this.#arrivals.size >= ARRIVALS_KEPT_MAX) return false;
    }
    this.#arrivals.set(key, { left: left - 1, atMs: nowMs });
    return true;
  }

  /** A slot for an admitted connection, or why there is none. */
  admit(address: string, user: UserId): (() => void) | PeerFault {
    if (!this.hasRoom(address)) return new PeerFault('NO_ROOM', 'too many connections');
    if (this.#users.of(user) >= this.#limits.connectionsPerUserMax) {
      return new PeerFault('NO_ROOM', 'too many connections of this user');
    }
    const leaves = [this.#addresses.enter(addressKey(address)), this.#users.enter(user)];
    return () => {
      for (const leave of leaves) leave();
    };
  }

  /** Whether another connection with this address would be admitted now, if its user may. */
  hasRoom(address: string): boolean {
    const { connectionsMax, connectionsPerAddressMax } = this.#limits;
    return (
      this.#addresses.total < connectionsMax &&
      this.#addresses.of(addressKey(address)) < connectionsPerAddressMax
    );
  }
}

/** Addresses whose arrivals are counted. */
const ARRIVALS_KEPT_MAX = 10_000;
const nothing = (): void => undefined;

/** Slots by whom they are counted for, the oldest first. */
class Tally {
  readonly #slots = new Map<string, Set<{ readonly onEvict: () => void }>>();
  total = 0;

  of(key: string): number {
    return this.#slots.get(key)?.size ?? 0;
  }

  /** Takes a slot; the function returned gives it back, once. */
  enter(key: string, onEvict: () => void = nothing): () => void {
    const slot = { onEvict };
    const slots = this.#slots.get(key);
    if (slots) slots.add(slot);
    else this.#slots.set(key, new Set([slot]));
    this.total += 1;
    return () => this.#leave(key, slot);
  }

  /** Takes the oldest slot of whoever has most, if that is more than `count`. */
  evictAbove(count: number): boolean {
    let most = count;
    let busiest: string | undefined;
    for (const [key, { size }] of this.#slots) {
      if (size <= most) continue;
      most = size;
      busiest = key;
    }
    if (busiest === undefined) return false;
    const [oldest] = this.#slots.get(busiest) ?? [];
    if (oldest === undefined) return false;
    this.#leave(busiest, oldest);
    oldest.onEvict();
    return true;
  }

  #leave(key: string, slot: { readonly onEvict: () => void }): void {
    const slots = this.#slots.get(key);
    if (slots?.delete(slot) !== true) return;
    this.total -= 1;
    if (slots.size === 0) this.#slots.delete(key);
  }
}
