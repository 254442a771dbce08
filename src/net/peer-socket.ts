import type { TLSSocket } from 'node:tls';

import type { UserId } from '../base/index.ts';
import type { PeerAddress } from './peer-address.ts';
import type { PeerContext } from './peer-context.ts';
import type { RateLimiter } from './rate-limiter.ts';
import { WRITE_BYTES, WriteQueue } from './write-queue.ts';

/** What the owner of a connection hears. All are called outside of the owner's own calls but `onClose`. */
export interface PeerSocketHandlers {
  /** Bytes of the peer. `chunk` is good during the call only: copy what must stay. */
  onData(chunk: Uint8Array): void;
  /** So many more bytes have left for the network. */
  onSent(bytes: number): void;
  /** Once, whoever ended it. `reason` is why, for the log. Nothing follows. */
  onClose(reason: Error): void;
}

/** Both directions' limiters. */
export interface PeerRates {
  readonly up: RateLimiter;
  readonly down: RateLimiter;
}

/** What is known of a peer when it has proven itself. */
export interface PeerProof {
  readonly user: UserId;
  readonly certificateDer: Uint8Array;
  readonly context: PeerContext;
}

/**
 * An admitted peer's connection: mutual TLS is done, the BitTorrent handshake is the owner's. What arrives before
 * `start` is kept (the peer is told to wait meanwhile).
 */
export class PeerSocket {
  readonly remote: PeerAddress;
  readonly outgoing: boolean;
  readonly proof: PeerProof;
  readonly #tls: TLSSocket;
  readonly #queue = new WriteQueue();
  #rates: PeerRates;
  #handlers: PeerSocketHandlers | undefined;
  #early: Uint8Array[] = [];
  #bytesIn = 0;
  #bytesOut = 0;
  /** Bytes of the write under way; one at a time. */
  #writing = 0;
  #flushPlanned = false;
  /** Bytes received that no limit has granted yet. */
  #downDebt = 0;
  #held = false;
  #throttled = false;
  #closed: Error | undefined;

  constructor(tls: TLSSocket, remote: PeerAddress, outgoing: boolean, proof: PeerProof, rates: PeerRates) {
    this.remote = remote;
    this.outgoing = outgoing;
    this.proof = proof;
    this.#tls = tls;
    this.#rates = rates;
    tls.on('error', (error) => this.#onClosed(error));
    tls.on('end', () => this.destroy(new Error('closed by the peer')));
    tls.on('close', () => this.#onClosed(new Error('connection closed')));
    if (!outgoing) tls.on('data', (chunk: Uint8Array) => this.receive(chunk));
  }

  get user(): UserId {
    return this.proof.user;
  }
  get bytesIn(): number {
    return this.#bytesIn;
  }
  get bytesOut(): number {
    return this.#bytesOut;
  }
  get isClosed(): boolean {
    return this.#closed !== undefined;
  }
  /** Bytes given to `write` that have not left yet. */
  get queuedBytes(): number {
    return this.#queue.bytes + this.#writing;
  }

  /** Calls `listener` when the connection has ended, after the handlers' `onClose`. */
  onceClosed(listener: () => void): void {
    this.#tls.once('close', listener);
  }

  /** Begins to deliver. Call once. */
  start(handlers: PeerSocketHandlers): void {
    this.#handlers = handlers;
    const early = this.#early;
    this.#early = [];
    for (const chunk of early) if (!this.#closed) handlers.onData(chunk);
    this.#applyFlow();
  }

  /** From now on these limits hold (those of a download, say) instead of the host's. */
  setRates(rates: PeerRates): void {
    this.#stopWaiting();
    this.#rates = rates;
    this.#planFlush();
    this.#onDownTurn();
  }

  /**
   * Queues `chunk`, which must not change until it has been sent. What is written in one turn goes out together.
   * The caller keeps `queuedBytes` within its budget.
   */
  write(chunk: Uint8Array): void {
    if (this.#closed) return;
    this.#queue.push(chunk);
    this.#planFlush();
  }

  /** Stops reading until `resume`; what was already decrypted may still be delivered. */
  pause(): void {
    this.#held = true;
    this.#applyFlow();
  }

  resume(): void {
    this.#held = false;
    this.#applyFlow();
  }

  /** Closes at once; what is queued is lost. Idempotent. */
  destroy(reason: Error): void {
    this.#onClosed(reason);
    this.#tls.destroy();
  }

  /** The TLS layer's delivery, on dialled connections out of a buffer that is used again at once. */
  receive(chunk: Uint8Array): boolean {
    if (this.#closed) return false;
    this.#bytesIn += chunk.length;
    this.#downDebt += chunk.length;
    if (!this.#throttled) this.#payDown();
    if (this.#handlers) this.#handlers.onData(chunk);
    else this.#keepEarly(chunk);
    return !this.#isStopped();
  }

  #keepEarly(chunk: Uint8Array): void {
    this.#early.push(new Uint8Array(chunk));
    this.#applyFlow();
  }

  #isStopped(): boolean {
    return this.#held || this.#throttled || this.#handlers === undefined;
  }

  #applyFlow(): void {
    if (this.#closed) return;
    if (this.#isStopped()) this.#tls.pause();
    else this.#tls.resume();
  }

  #payDown(): void {
    const { down } = this.#rates;
    for (let paid = 1; paid > 0 && this.#downDebt > 0; this.#downDebt -= paid) {
      paid = down.take(this.#downDebt, this.#onDownTurn);
    }
    if (this.#downDebt === 0) return;
    this.#throttled = true;
    this.#applyFlow();
    this.#rates.down.wait(this.#onDownTurn);
  }

  readonly #onDownTurn = (): void => {
    if (!this.#throttled || this.#closed) return;
    this.#throttled = false;
    this.#payDown();
    this.#applyFlow();
  };

  #planFlush(): void {
    if (this.#flushPlanned || this.#writing > 0) return;
    this.#flushPlanned = true;
    queueMicrotask(this.#flush);
  }

  readonly #flush = (): void => {
    this.#flushPlanned = false;
    if (this.#writing > 0 || this.#closed || this.#queue.bytes === 0) return;
    const granted = this.#rates.up.take(Math.min(WRITE_BYTES, this.#queue.bytes), this.#flush);
    const slice = this.#queue.take(granted);
    if (slice === undefined) return this.#rates.up.wait(this.#flush);
    this.#writing = slice.length;
    this.#tls.write(slice, this.#onWritten);
  };

  readonly #onWritten = (error?: Error | null): void => {
    if (error || this.#closed) return;
    const bytes = this.#writing;
    this.#writing = 0;
    this.#bytesOut += bytes;
    this.#handlers?.onSent(bytes);
    this.#flush();
  };

  #stopWaiting(): void {
    this.#rates.up.stopWaiting(this.#flush);
    this.#rates.down.stopWaiting(this.#onDownTurn);
  }

  #onClosed(reason: Error): void {
    if (this.#closed) return;
    this.#closed = reason;
    this.#stopWaiting();
    this.#queue.clear();
    this.#writing = 0;
    this.#early = [];
    this.#handlers?.onClose(reason);
  }
}
