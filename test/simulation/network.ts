import type { EventQueue } from './event-queue.ts';

/** One machine's link, each way. Bytes per millisecond. */
export interface LinkRates {
  readonly up: number;
  readonly down: number;
}

/** Bytes on their way, cut out of one or several frames. */
export interface Segment {
  readonly bytes: number;
  readonly flow: Flow;
}

const SEGMENT_BYTES = 16 * 1024;

/** A machine: flows share its uplink segment by segment; what arrives waits in one queue for the downlink. */
export class Host {
  readonly #queue: EventQueue;
  readonly rates: LinkRates;
  readonly #ready: Flow[] = [];
  #sending = false;
  #downFreeMs = 0;
  bytesUp = 0;
  bytesDown = 0;

  constructor(queue: EventQueue, rates: LinkRates) {
    this.#queue = queue;
    this.rates = rates;
  }

  /** The flow has something for the link. */
  onReady(flow: Flow): void {
    this.#ready.push(flow);
    if (!this.#sending) this.#sendNext();
  }

  #sendNext(): void {
    const flow = this.#ready.shift();
    this.#sending = flow !== undefined;
    if (!flow) return;
    const bytes = flow.cut(SEGMENT_BYTES);
    if (flow.hasMore) this.#ready.push(flow);
    else flow.queued = false;
    this.bytesUp += bytes;
    this.#queue.after(bytes / this.rates.up, () => {
      this.#queue.after(flow.latencyMs, () => flow.to.receive(flow, bytes));
      this.#sendNext();
    });
  }

  receive(flow: Flow, bytes: number): void {
    const startMs = Math.max(this.#queue.nowMs, this.#downFreeMs);
    this.#downFreeMs = startMs + bytes / this.rates.down;
    this.bytesDown += bytes;
    this.#queue.at(this.#downFreeMs, () => {
      flow.deliver(bytes);
      this.#queue.after(flow.latencyMs, () => flow.onAcknowledged(bytes));
    });
  }
}

/** What a flow's owner writes: a frame and what happens as its bytes arrive. */
export interface Frame {
  readonly bytes: number;
  /** More of it is there: from `from` on, `bytes` of them. */
  onBytes?(from: number, bytes: number): void;
  /** All of it is there. */
  onArrived(): void;
}

/**
 * One direction of a connection. Frames go into the system's buffer as far as there is room (then they count as
 * sent) and leave it when the other side has acknowledged them, as with TCP.
 */
export class Flow {
  readonly #from: Host;
  readonly to: Host;
  readonly latencyMs: number;
  readonly #bufferBytes: number;
  readonly #onSent: (bytes: number) => void;
  /** Not yet in the system's buffer. */
  #waiting: number[] = [];
  #buffered = 0;
  #uncut = 0;
  readonly #frames: { frame: Frame; arrived: number }[] = [];
  queued = false;
  closed = false;

  constructor(from: Host, to: Host, latencyMs: number, bufferBytes: number, onSent: (bytes: number) => void) {
    this.#from = from;
    this.to = to;
    this.latencyMs = latencyMs;
    this.#bufferBytes = bufferBytes;
    this.#onSent = onSent;
  }

  write(frame: Frame): void {
    if (this.closed) return;
    this.#frames.push({ frame, arrived: 0 });
    this.#waiting.push(frame.bytes);
    this.#fillBuffer();
  }

  #fillBuffer(): void {
    while (this.#waiting.length > 0 && this.#buffered < this.#bufferBytes) {
      const first = this.#waiting[0]!;
      const bytes = Math.min(first, this.#bufferBytes - this.#buffered);
      if (bytes === first) this.#waiting.shift();
      else this.#waiting[0] = first - bytes;
      this.#buffered += bytes;
      this.#uncut += bytes;
      this.#onSent(bytes);
    }
    if (this.#uncut > 0 && !this.queued) {
      this.queued = true;
      this.#from.onReady(this);
    }
  }

  get hasMore(): boolean {
    return this.#uncut > 0;
  }

  cut(bytesMax: number): number {
    const bytes = Math.min(bytesMax, this.#uncut);
    this.#uncut -= bytes;
    return bytes;
  }

  deliver(bytes: number): void {
    let left = bytes;
    while (left > 0 && !this.closed) {
      const first = this.#frames[0];
      if (!first) return;
      const part = Math.min(left, first.frame.bytes - first.arrived);
      first.frame.onBytes?.(first.arrived, part);
      first.arrived += part;
      left -= part;
      if (first.arrived < first.frame.bytes) return;
      this.#frames.shift();
      first.frame.onArrived();
    }
  }

  onAcknowledged(bytes: number): void {
    this.#buffered -= bytes;
    if (!this.closed) this.#fillBuffer();
  }

  close(): void {
    this.closed = true;
    this.#waiting = [];
    this.#frames.length = 0;
  }
}
