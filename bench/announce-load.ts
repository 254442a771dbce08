/**
 * Announces to a tracker over plain HTTP as fast as it answers, and counts. A process of its own, so that it has a
 * core of its own.
 *
 * Run by `announce.bench.ts` with a `LoadPlan` as JSON on standard input; prints a `LoadResult` as JSON.
 */
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { systemClock } from '../src/base/index.ts';

/** What to do. Peer `i` announces from the address of machine `i mod machines`, with a port of its own. */
export interface LoadPlan {
  readonly port: number;
  /** The path at which each machine announces; the last one is for all further machines, too. */
  readonly paths: readonly string[];
  /** Escaped. */
  readonly infoHash: string;
  readonly peers: number;
  readonly machines: number;
  readonly wanted: number;
  /** Connections are kept for the next announcement, or made anew for each. */
  readonly keepAlive: boolean;
  /** Announcements under way at a time. */
  readonly atOnce: number;
  /** How long to count; 0: each peer announces once. */
  readonly seconds: number;
}

export interface LoadResult {
  readonly announces: number;
  readonly seconds: number;
  /** Answers that are no answer to an announcement, and connections that failed. */
  readonly failed: number;
  /** Peers that came back, per announcement. */
  readonly peersGiven: number;
  /** Of this process. */
  readonly cpuSeconds: number;
}

class Load {
  readonly #plan: LoadPlan;
  readonly #requests: readonly Buffer[];
  readonly #sockets = new Map<number, Socket>();
  #open = true;
  announces = 0;
  failed = 0;
  bytesGiven = 0;

  constructor(plan: LoadPlan) {
    this.#plan = plan;
    this.#requests = Array.from({ length: plan.peers }, (_, peer) => this.#requestOf(peer));
  }

  async run(): Promise<void> {
    const { atOnce, seconds } = this.#plan;
    if (seconds > 0) systemClock.after(seconds * 1000, () => (this.#open = false));
    await Promise.all(Array.from({ length: atOnce }, (_, lane) => this.#lane(lane)));
    for (const socket of this.#sockets.values()) socket.destroy();
  }

  /** Peers are shared out by lanes, so that no two lanes want one connection. */
  #lane(lane: number): Promise<void> {
    const { machines, peers, seconds, atOnce } = this.#plan;
    return new Promise((resolve) => {
      let machine = lane;
      let round = 0;
      const more = (): void => {
        const peer = machine + round * machines;
        if (!this.#open || (seconds === 0 && peer >= peers)) return resolve();
        const from = machine;
        machine += atOnce;
        if (machine >= machines) {
          machine = lane;
          round += 1;
        }
        if (seconds > 0 && (round + 1) * machines > peers) round = 0;
        this.#announce(from, peer % peers, more);
      };
      more();
    });
  }

  #announce(machine: number, peer: number, done: () => void): void {
    const request = this.#requests[peer] as Buffer;
    const kept = this.#sockets.get(machine);
    const socket = kept ?? this.#connect(machine);
    let head = '';
    let missing = -1;
    const end = (failed: boolean): void => {
      socket.off('data', onData).off('error', onError).off('close', onError);
      if (failed) this.failed += 1;
      this.announces += 1;
      if (failed || !this.#plan.keepAlive) {
        socket.destroy();
        this.#sockets.delete(machine);
      }
      done();
    };
    const onError = (): void => end(true);
    const onData = (chunk: Buffer): void => {
      if (missing < 0) {
        head += chunk.toString('latin1');
        const headEnd = head.indexOf('\r\n\r\n');
        if (headEnd < 0) return;
        missing = headEnd + 4 + lengthIn(head) - head.length;
        this.#count(head, headEnd);
      } else missing -= chunk.length;
      if (missing <= 0) end(false);
    };
    socket.on('data', onData).on('error', onError).on('close', onError);
    socket.write(request);
  }

  #count(head: string, headEnd: number): void {
    const peers = /5:peers(\d+):/.exec(head.slice(headEnd, headEnd + 200));
    if (peers === null || !/^HTTP\/1\.[01] 200 /.test(head)) this.failed += 1;
    else this.bytesGiven += Number(peers[1]);
  }

  #connect(machine: number): Socket {
    const localAddress = `127.1.${machine >> 8}.${machine & 0xff}`;
    const socket = connect({ host: '127.0.0.1', port: this.#plan.port, localAddress, noDelay: true });
    socket.setMaxListeners(0);
    if (this.#plan.keepAlive) this.#sockets.set(machine, socket);
    return socket;
  }

  #requestOf(peer: number): Buffer {
    const { paths, machines, infoHash, wanted, keepAlive } = this.#plan;
    const path = paths[Math.min(peer % machines, paths.length - 1)] ?? '';
    const query =
      `info_hash=${infoHash}&peer_id=-LT2080-${String(peer).padStart(12, '0')}&port=${10_000 + peer}` +
      `&uploaded=0&downloaded=0&left=16384&corrupt=0&key=1A2B3C4D` +
      `&numwant=${wanted}&compact=1&no_peer_id=1&supportcrypto=1&redundant=0`;
    const headers = `Host: 127.0.0.1\r\nUser-Agent: libtorrent/2.0.8.0\r\nAccept-Encoding: gzip\r\n`;
    const connection = keepAlive ? '' : 'Connection: close\r\n';
    return Buffer.from(`GET ${path}?${query} HTTP/1.1\r\n${headers}${connection}\r\n`, 'latin1');
  }
}

const lengthIn = (head: string): number => Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);

const plan = JSON.parse(await text(process.stdin)) as LoadPlan;
const load = new Load(plan);
const startMs = systemClock.nowMs();
const startCpu = process.cpuUsage();
await load.run();
const { user, system } = process.cpuUsage(startCpu);
const result: LoadResult = {
  announces: load.announces,
  seconds: (systemClock.nowMs() - startMs) / 1000,
  failed: load.failed,
  peersGiven: load.bytesGiven / 6 / Math.max(1, load.announces),
  cpuSeconds: (user + system) / 1e6,
};
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exit(0);
