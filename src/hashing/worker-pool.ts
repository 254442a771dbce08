import { Worker } from 'node:worker_threads';
import { CommandError, deferred, workerUrl, type Deferred } from '../base/index.ts';
import type { Job, JobAnswer, JobFault, JobRequest } from './job.ts';

/** Small jobs travel together: a message costs as much as hashing some 100 KiB. */
const BATCH_BYTES_AIM = 1024 * 1024;
const BATCH_JOBS_MAX = 64;
/** One that is hashed and one that waits, so that a worker never waits for the main thread. */
const BATCHES_PER_WORKER = 2;

/** A job that failed in the worker, before it is put into words for people. */
export class JobError extends Error {
  override readonly name = 'JobError';
  readonly fault: JobFault;
  constructor(fault: JobFault) {
    super(fault.text);
    this.fault = fault;
  }
}

interface Entry {
  readonly request: JobRequest;
  readonly weightBytes: number;
  readonly result: Deferred<Uint8Array>;
}

interface Crew {
  readonly worker: Worker;
  readonly atWork: Map<number, Entry>;
  batches: number;
}

/** Threads that start when there is work, and do not keep the process alive when there is none. */
export class WorkerPool {
  readonly size: number;
  readonly #crews: Crew[] = [];
  readonly #urgent: Entry[] = [];
  readonly #bulk: Entry[] = [];
  #nextId = 0;
  #isPlanned = false;
  #closing: Promise<void> | undefined;

  constructor(size: number) {
    this.size = size;
  }

  /** Urgent jobs go before all that are not. Rejects with JobError. */
  run(job: Job, weightBytes: number, urgent: boolean): Promise<Uint8Array> {
    if (this.#closing) return Promise.reject(closedError());
    this.#nextId += 1;
    const entry = { request: { id: this.#nextId, job }, weightBytes, result: deferred<Uint8Array>() };
    (urgent ? this.#urgent : this.#bulk).push(entry);
    this.#planDispatch();
    return entry.result.promise;
  }

  /** Starts the first thread before there is work: starting takes longer than a piece takes to come. */
  getReady(): void {
    if (this.#crews.length === 0 && !this.#closing) this.#hire();
  }

  /** Ends the threads; what is under way or waits is rejected. */
  close(): Promise<void> {
    this.#closing ??= this.#shutDown();
    return this.#closing;
  }

  async #shutDown(): Promise<void> {
    const entries = [
      ...this.#urgent,
      ...this.#bulk,
      ...this.#crews.flatMap((crew) => [...crew.atWork.values()]),
    ];
    this.#urgent.length = 0;
    this.#bulk.length = 0;
    const crews = this.#crews.splice(0);
    for (const { result } of entries) result.reject(closedError());
    await Promise.all(crews.map(({ worker }) => worker.terminate()));
  }

  /** Jobs that come in one turn of the event loop travel together. */
  #planDispatch(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    setImmediate(() => {
      this.#isPlanned = false;
      this.#dispatch();
    });
  }

  #dispatch(): void {
    while (this.#urgent.length + this.#bulk.length > 0) {
      const crew = this.#freeCrew();
      if (!crew) return;
      this.#send(crew, this.#takeBatch());
    }
  }

  /**
   * The least busy one with room. For bulk a new one rather than a busy one; pieces come one by one, and are hashed
   * sooner than a thread starts.
   */
  #freeCrew(): Crew | undefined {
    let best: Crew | undefined;
    for (const crew of this.#crews) if (!best || crew.batches < best.batches) best = crew;
    const hasRoom = best !== undefined && best.batches < BATCHES_PER_WORKER;
    if (hasRoom && (best?.batches === 0 || this.#bulk.length === 0)) return best;
    if (this.#crews.length < this.size) return this.#hire();
    return hasRoom ? best : undefined;
  }

  #takeBatch(): Entry[] {
    const batch: Entry[] = [];
    let bytes = 0;
    while (bytes < BATCH_BYTES_AIM && batch.length < BATCH_JOBS_MAX) {
      const entry = this.#urgent.shift() ?? this.#bulk.shift();
      if (!entry) break;
      batch.push(entry);
      bytes += entry.weightBytes;
    }
    return batch;
  }

  #send(crew: Crew, batch: readonly Entry[]): void {
    for (const entry of batch) crew.atWork.set(entry.request.id, entry);
    crew.batches += 1;
    if (crew.batches === 1) crew.worker.ref();
    crew.worker.postMessage(batch.map(({ request }) => request));
  }

  #hire(): Crew {
    const worker = new Worker(workerUrl(import.meta.url, 'hash-worker'));
    const crew: Crew = { worker, atWork: new Map(), batches: 0 };
    this.#crews.push(crew);
    worker.unref();
    worker.on('message', (answers: readonly JobAnswer[]) => this.#onAnswers(crew, answers));
    worker.on('error', (error) => this.#onLost(crew, error));
    return crew;
  }

  #onAnswers(crew: Crew, answers: readonly JobAnswer[]): void {
    crew.batches -= 1;
    if (crew.batches === 0) crew.worker.unref();
    for (const answer of answers) {
      const entry = crew.atWork.get(answer.id);
      crew.atWork.delete(answer.id);
      if ('hashes' in answer) entry?.result.resolve(answer.hashes);
      else entry?.result.reject(new JobError(answer.fault));
    }
    this.#dispatch();
  }

  /** The thread died: its jobs fail, the next ones get a new thread. */
  #onLost(crew: Crew, error: Error): void {
    const at = this.#crews.indexOf(crew);
    if (at >= 0) this.#crews.splice(at, 1);
    for (const { result } of crew.atWork.values()) result.reject(error);
    crew.atWork.clear();
    this.#dispatch();
  }
}

const closedError = (): CommandError => new CommandError('INTERRUPTED', 'hashing was stopped by closing');
