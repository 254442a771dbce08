/** Ceilings of a peer host. All count connections, both directions, unless said otherwise. */
export interface HostLimits {
  /** Admitted connections. */
  readonly connectionsMax: number;
  readonly connectionsPerAddressMax: number;
  /** Incoming connections that have not proven themselves yet. */
  readonly handshakesMax: number;
  readonly handshakesPerAddressMax: number;
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
  handshakesMax: 64,
  handshakesPerAddressMax: 16,
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
  readonly #open = new Tally();

  constructor(limits: HostLimits) {
    this.#limits = limits;
  }

  get connections(): number {
    return this.#open.total;
  }

  /** A slot for the handshake of a connection that came in. Undefined: hang up. */
  startHandshake(address: string): (() => void) | undefined {
    const { handshakesMax, handshakesPerAddressMax } = this.#limits;
    if (!this.hasRoom(address)) return undefined;
    return this.#handshakes.enter(address, handshakesMax, handshakesPerAddressMax);
  }

  /** A slot for an admitted connection. */
  admit(address: string): (() => void) | undefined {
    const { connectionsMax, connectionsPerAddressMax } = this.#limits;
    return this.#open.enter(address, connectionsMax, connectionsPerAddressMax);
  }

  /** Whether another connection with this address would be admitted now. */
  hasRoom(address: string): boolean {
    const { connectionsMax, connectionsPerAddressMax } = this.#limits;
    return this.#open.total < connectionsMax && this.#open.of(address) < connectionsPerAddressMax;
  }
}

class Tally {
  readonly #byAddress = new Map<string, number>();
  total = 0;

  of(address: string): number {
    return this.#byAddress.get(address) ?? 0;
  }

  enter(address: string, totalMax: number, perAddressMax: number): (() => void) | undefined {
    const count = this.of(address);
    if (this.total >= totalMax || count >= perAddressMax) return undefined;
    this.total += 1;
    this.#byAddress.set(address, count + 1);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#leave(address);
    };
  }

  #leave(address: string): void {
    this.total -= 1;
    const count = this.of(address) - 1;
    if (count > 0) this.#byAddress.set(address, count);
    else this.#byAddress.delete(address);
  }
}
