import type { Effect, Source, Swarm, SourceKey } from '../../src/swarm/index.ts';
import type { Heard, Message } from '../../src/wire/index.ts';

/** What somebody does who keeps to no rule. */
export interface Behaviour {
  /** Said at once on each connection. */
  readonly hello?: readonly Message[];
  /** Said on each connection again and again: the `n`th time. */
  readonly storm?: (n: number) => readonly Message[];
  /** Between storms. @default 100 */
  readonly everyMs?: number;
  /** Said in return. */
  readonly answer?: (message: Heard, nowMs: number) => readonly Message[];
}

const REDIAL_MS = 1_000;
const STORM_MS = 100;

/** Stands where an honest peer's engine would: dials everyone, again and again, and says what the script wants. */
class HostileEngine {
  readonly #behaviour: Behaviour;
  readonly #conns = new Map<number, SourceKey | undefined>();
  readonly #sources = new Map<SourceKey, number>();
  readonly #own: (key: SourceKey) => boolean;
  #effects: Effect[] = [];
  #storms = 0;
  #stormMs = 0;

  constructor(behaviour: Behaviour, own: (key: SourceKey) => boolean) {
    this.#behaviour = behaviour;
    this.#own = own;
  }

  takeEffects(): Effect[] {
    return this.#effects.splice(0);
  }

  onSources(sources: readonly Source[], nowMs: number): void {
    for (const { key } of sources) if (!this.#own(key)) this.#sources.set(key, nowMs);
  }

  onDialFailed(key: SourceKey, nowMs: number): void {
    this.#sources.set(key, nowMs + REDIAL_MS);
  }

  onConnected(conn: number, peer: { readonly key: SourceKey | undefined }): void {
    this.#conns.set(conn, peer.key);
    this.#say(conn, this.#behaviour.hello ?? []);
  }

  onDisconnected(conn: number, nowMs: number): void {
    const key = this.#conns.get(conn);
    this.#conns.delete(conn);
    if (key !== undefined) this.#sources.set(key, nowMs + REDIAL_MS);
  }

  onMessage(conn: number, message: Heard, nowMs: number): void {
    this.#say(conn, this.#behaviour.answer?.(message, nowMs) ?? []);
  }

  tick(nowMs: number): void {
    for (const [key, atMs] of this.#sources) if (atMs <= nowMs) this.#dial(key);
    const { storm, everyMs = STORM_MS } = this.#behaviour;
    if (!storm || nowMs < this.#stormMs) return;
    this.#stormMs = nowMs + everyMs;
    for (const conn of this.#conns.keys()) this.#say(conn, storm(this.#storms));
    this.#storms += 1;
  }

  nextTickMs(nowMs: number): number {
    return nowMs + Math.min(STORM_MS, this.#behaviour.everyMs ?? STORM_MS);
  }

  /** Blocks that come in are not kept. */
  blockTarget(_conn: number, _piece: number, _begin: number, length: number): Uint8Array {
    return new Uint8Array(length);
  }

  onBlock(): void {}
  onBytesSent(): void {}
  checkInvariants(): void {}

  #dial(key: SourceKey): void {
    this.#sources.set(key, Infinity);
    this.#effects.push({ type: 'dial', key });
  }

  #say(conn: number, messages: readonly Message[]): void {
    for (const message of messages) this.#effects.push({ type: 'send', conn, message });
  }
}

/** Of the engine's methods it has those that a simulated peer calls. */
export const hostileEngine = (behaviour: Behaviour, own: (key: SourceKey) => boolean): Swarm =>
  new HostileEngine(behaviour, own) as unknown as Swarm;
