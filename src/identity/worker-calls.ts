import { Worker } from 'node:worker_threads';
import { deferred, type Deferred } from '../base/index.ts';

/** What goes to a worker of this room, and what it answers. */
export interface WorkerCall<Work> {
  readonly id: number;
  readonly work: Work;
}
export interface WorkerAnswer<Result> {
  readonly id: number;
  readonly result: Result;
}

/**
 * A worker that answers calls. It starts with the first one, keeps the process alive only while it has calls to answer,
 * and is replaced at the next call if it fails.
 */
export class WorkerCalls<Work, Result> {
  readonly #url: URL;
  readonly #pending = new Map<number, Deferred<Result>>();
  #worker: Worker | undefined;
  #lastId = 0;
  #closing: Promise<void> | undefined;

  constructor(url: URL) {
    this.#url = url;
  }

  /** Rejects if the worker fails or is closed meanwhile. What is in `transfer` is unusable afterwards. */
  async ask(work: Work, transfer: readonly ArrayBuffer[] = []): Promise<Result> {
    if (this.#closing) throw new Error('worker is closed');
    const worker = (this.#worker ??= this.#start());
    const answer = deferred<Result>();
    const id = ++this.#lastId;
    this.#pending.set(id, answer);
    worker.ref();
    worker.postMessage({ id, work } satisfies WorkerCall<Work>, transfer);
    return answer.promise;
  }

  /** Ends the worker; calls under way are rejected. Idempotent. */
  close(): Promise<void> {
    return (this.#closing ??= this.#shutDown());
  }

  #start(): Worker {
    const worker = new Worker(this.#url);
    worker.on('message', ({ id, result }: WorkerAnswer<Result>) => {
      this.#pending.get(id)?.resolve(result);
      this.#pending.delete(id);
      if (this.#pending.size === 0) worker.unref();
    });
    worker.on('error', (error) => this.#fail(error));
    worker.on('exit', () => this.#fail(new Error('worker is closed')));
    return worker;
  }

  #fail(error: Error): void {
    this.#worker = undefined;
    for (const waiting of this.#pending.values()) waiting.reject(error);
    this.#pending.clear();
  }

  async #shutDown(): Promise<void> {
    await this.#worker?.terminate();
  }
}
