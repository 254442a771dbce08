import { connect } from 'node:tls';
import { addressKey, type Clock } from '../base/index.ts';
import { Budgets } from './budgets.ts';
import type { Caller } from './caller.ts';
import { TooManyAttempts } from './refusals.ts';

/** Greetings of one address, and of one user at whatever addresses. */
const GREETINGS = { burst: 5, perSecond: 1 / 20 };
const GREETING_MS = 3_000;
/** Greetings under way, all callers together. */
const UNDER_WAY_MAX = 20;

/**
 * Helps clients to find out whether their port can be reached from outside: dials it once, says one TLS hello with the
 * name that the client made up, and hangs up. The client sees its name arrive, or not. Only the address that a call comes
 * from is dialled, and what was found is told to nobody, not even by how long the answer takes: so nobody can search
 * ports with it, not those of a network behind the same router either.
 */
export class PortGreeter {
  readonly #clock: Clock;
  readonly #byAddress = new Budgets(GREETINGS);
  readonly #byUser = new Budgets(GREETINGS);
  readonly #underWay = new Set<() => void>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Begins to greet. Throws TOO_MANY_ATTEMPTS. */
  greet({ address, uid }: Caller, port: number, name: string): void {
    const nowMs = this.#clock.nowMs();
    const waitMs =
      this.#byAddress.take(addressKey(address), 1, nowMs) ||
      (uid === undefined ? 0 : this.#byUser.take(uid, 1, nowMs));
    const busy = this.#underWay.size >= UNDER_WAY_MAX;
    if (waitMs > 0 || busy) throw new TooManyAttempts('too many ports to greet', waitMs || GREETING_MS);
    this.#dial(address, port, name);
  }

  /** Hangs up everywhere. */
  close(): void {
    for (const hangUp of this.#underWay) hangUp();
  }

  #dial(host: string, port: number, servername: string): void {
    const socket = connect({ host, port, servername, rejectUnauthorized: false, minVersion: 'TLSv1.3' });
    const hangUp = (): void => {
      socket.destroy();
    };
    const cancel = this.#clock.after(GREETING_MS, hangUp);
    this.#underWay.add(hangUp);
    socket.on('error', () => undefined);
    socket.once('secureConnect', hangUp);
    socket.once('close', () => {
      cancel();
      this.#underWay.delete(hangUp);
    });
  }
}
