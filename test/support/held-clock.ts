import { systemClock, type Cancel, type Clock } from '../../src/base/index.ts';

/**
 * Reads the same until it is moved, while timers go off in real time: for limits that must not depend on how fast the
 * test runs, in programs that also wait for something real.
 */
export class HeldClock implements Clock {
  #nowMs = 0;
  #wallMs = systemClock.wallMs();

  nowMs(): number {
    return this.#nowMs;
  }
  wallMs(): number {
    return this.#wallMs;
  }
  after(delayMs: number, action: () => void): Cancel {
    return systemClock.after(delayMs, action);
  }

  forward(durationMs: number): void {
    this.#nowMs += durationMs;
    this.#wallMs += durationMs;
  }
}
