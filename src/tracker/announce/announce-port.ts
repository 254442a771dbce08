import { createServer, type Server, type Socket } from 'node:net';
import { addressKey, every, type Clock, type Logger } from '../../base/index.ts';
import { plainAddress } from '../address-key.ts';
import { bind, type Binding } from '../bind.ts';
import { limitByAddress } from '../https-server.ts';
import type { Announcer, AnnounceService } from './announce-service.ts';
import { textAnswer } from './answers.ts';
import { compactAddress } from './compact-address.ts';
import { readHttpHead } from './http-head.ts';

const CONNECTIONS_MAX = 8_000;
/** Of them those from one address (a network behind a router). */
const CONNECTIONS_PER_ADDRESS_MAX = 1_000;
/** A connection must bring a whole request within this time, each time; a kept one may be as long without. */
const SILENCE_MS = 15_000;
const SWEEP_MS = 1_000;
/** Answers that wait for a slow reader; no request of his is looked at while there are more. */
const UNREAD_BYTES_MAX = 64 * 1024;

/** The port at which other BitTorrent programs announce: plain HTTP, GET alone. */
export interface AnnouncePort {
  /** The port, where 0 was asked for. */
  readonly port: number;
  close(): Promise<void>;
}

/** Listens at `binding`, or on all addresses where that one is not this machine's. Throws PORT_IN_USE, PERMISSION_DENIED. */
export async function openAnnouncePort(
  binding: Binding,
  service: Pick<AnnounceService, 'answer'>,
  clock: Clock,
  log: Logger,
): Promise<AnnouncePort> {
  const connections = new Set<AnnounceConnection>();
  const server = createServer({ noDelay: true }, (socket) => {
    const connection = new AnnounceConnection(socket, service, clock);
    connections.add(connection);
    socket.on('close', () => connections.delete(connection));
  });
  server.maxConnections = CONNECTIONS_MAX;
  limitByAddress(server, CONNECTIONS_PER_ADDRESS_MAX);
  const port = await bind(server, binding, log);
  server.on('error', (error) => log.error('announce-server-error', { reason: error.message }));
  const stopSweeping = every(clock, SWEEP_MS, () => {
    const nowMs = clock.nowMs();
    for (const connection of connections) connection.onTime(nowMs);
  });
  return {
    port,
    close: () => {
      stopSweeping();
      for (const connection of connections) connection.end();
      return closed(server);
    },
  };
}

const closed = (server: Server): Promise<void> => new Promise((resolve) => server.close(() => resolve()));

/** One connection: requests are answered in their order, one at a time. */
class AnnounceConnection {
  readonly #socket: Socket;
  readonly #service: Pick<AnnounceService, 'answer'>;
  readonly #clock: Clock;
  readonly #from: Announcer;
  /** What has come and is not read yet, as Latin-1 text. */
  #text = '';
  #answeredMs: number;
  /** No request is looked at: the reader is slow, or an answer is being made. */
  #isWaiting = false;
  #isAnswering = false;
  /** The last answer is on its way; what comes now is not read. */
  #isDone = false;

  constructor(socket: Socket, service: Pick<AnnounceService, 'answer'>, clock: Clock) {
    const host = plainAddress(socket.remoteAddress);
    const addressBytes = compactAddress(host, 0)?.subarray(0, -2).toString('latin1') ?? '';
    this.#socket = socket;
    this.#service = service;
    this.#clock = clock;
    this.#from = { host, addressBytes, source: addressKey(host) };
    this.#answeredMs = clock.nowMs();
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      if (this.#isDone) return;
      const text = chunk.toString('latin1');
      this.#text = this.#text === '' ? text : this.#text + text;
      if (!this.#isWaiting) this.#work();
    });
    socket.on('drain', () => this.#goOn());
  }

  onTime(nowMs: number): void {
    if (nowMs - this.#answeredMs > SILENCE_MS) this.end();
  }

  end(): void {
    this.#socket.destroy();
  }

  #work(): void {
    let at = 0;
    while (at < this.#text.length && !this.#isWaiting) {
      const head = readHttpHead(this.#text, at);
      if (head === undefined) break;
      if (typeof head === 'number') return this.#last(textAnswer(head, '', false));
      at = head.end;
      const answer = this.#service.answer(head.target, this.#from, head.keepAlive);
      if (answer instanceof Promise) this.#await(answer, head.keepAlive);
      else if (!head.keepAlive) return this.#last(answer);
      else this.#send(answer);
    }
    this.#text = at === this.#text.length ? '' : this.#text.slice(at);
  }

  #send(answer: Buffer): void {
    this.#answeredMs = this.#clock.nowMs();
    this.#socket.write(answer);
    if (this.#socket.writableLength > UNREAD_BYTES_MAX) this.#wait();
  }

  /** The other side's end is still read, so that the socket closes. */
  #last(answer: Buffer): void {
    this.#isDone = true;
    this.#text = '';
    this.#socket.resume();
    this.#socket.end(answer);
  }

  #await(answer: Promise<Buffer>, keepAlive: boolean): void {
    this.#wait();
    this.#isAnswering = true;
    answer.then(
      (buffer) => {
        this.#isAnswering = false;
        if (!keepAlive) return this.#last(buffer);
        this.#send(buffer);
        this.#goOn();
      },
      // The records could not be read. The log says so elsewhere; the client comes again.
      () => this.end(),
    );
  }

  #wait(): void {
    this.#isWaiting = true;
    this.#socket.pause();
  }

  #goOn(): void {
    if (!this.#isWaiting || this.#isAnswering || this.#isDone || this.#socket.destroyed) return;
    if (this.#socket.writableLength > UNREAD_BYTES_MAX) return;
    this.#isWaiting = false;
    this.#work();
    if (!this.#isWaiting) this.#socket.resume();
  }
}
