import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';

import { sleep, systemClock, within, type InfoHash } from '../../src/base/index.ts';
import {
  encodeHandshake,
  encodeMessage,
  EXTENSION_IDS,
  HANDSHAKE_BYTES,
  type Message,
} from '../../src/wire/index.ts';
import type { TestMember } from '../support/test-group.ts';

const LIMIT_MS = 40_000;

/** Whom to attack, and from which of this machine's addresses. */
export interface Target {
  readonly port: number;
  readonly infoHash: InfoHash;
  readonly from?: string;
}

export interface Manners {
  /** Reads what comes. @default true */
  readonly reads?: boolean;
  /** Is told what comes after the other side's handshake. */
  readonly hears?: (bytes: Uint8Array) => void;
  /** Peer ids are free to choose: the byte that fills it. */
  readonly id?: number;
}

/** Says that it is one of this program's own peers. */
export const ownHandshake = (device: string): Message => ({
  type: 'extension-handshake',
  handshake: { ids: EXTENSION_IDS, own: { requestBytesMax: 256 * 1024, device } },
});

/** A frame of any id and payload. */
export function frame(id: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(1 + payload.length);
  head[4] = id;
  return Buffer.concat([head, payload]);
}

/** A TCP connection that may say anything; `greet` and `say` belong to those that speak TLS. */
export class Attacker {
  readonly socket: Socket;
  readonly #ended: Promise<void>;
  bytesIn = 0;
  bytesOut = 0;
  isOver = false;

  constructor(socket: Socket, { reads = true, hears }: Manners = {}) {
    this.socket = socket;
    socket.on('error', () => undefined);
    this.#ended = new Promise((resolve) =>
      socket.once('close', () => {
        this.isOver = true;
        resolve();
      }),
    );
    if (!reads) return;
    socket.on('data', (chunk: Buffer) => {
      const rest = chunk.subarray(Math.max(0, HANDSHAKE_BYTES - this.bytesIn));
      this.bytesIn += chunk.length;
      if (!this.isOver) hears?.(rest);
    });
  }

  /** Only the connection, without a byte. */
  static tcp({ port, from }: Target): Attacker {
    const socket = connectTcp({ port, host: '127.0.0.1', ...(from && { localAddress: from }) });
    return new Attacker(socket);
  }

  /** TLS, with the member's certificate or without any. Resolves when its handshake is through, or the end came. */
  static async tls(target: Target, who: TestMember | undefined, manners: Manners = {}): Promise<Attacker> {
    const socket: TLSSocket = connect({
      host: '127.0.0.1',
      port: target.port,
      ...(target.from && { localAddress: target.from }),
      servername: target.infoHash.slice(0, 40),
      rejectUnauthorized: false,
      checkServerIdentity: () => undefined,
      ...(who && { cert: who.credentials.certificatePem, key: who.credentials.privateKeyPem }),
    });
    const attacker = new Attacker(socket, manners);
    await Promise.race([once(socket, 'secureConnect').catch(() => undefined), attacker.#ended]);
    return attacker;
  }

  /** TLS, the BitTorrent handshake, and the other side's answer: from here on it is a peer like any. */
  static async peer(target: Target, who: TestMember, manners: Manners = {}): Promise<Attacker> {
    const attacker = await Attacker.tls(target, who, { ...manners, reads: true });
    const id = new Uint8Array(20).fill(manners.id ?? 7);
    attacker.write(encodeHandshake(Buffer.from(target.infoHash, 'hex'), id));
    await attacker.until(() => attacker.bytesIn >= HANDSHAKE_BYTES || attacker.isOver);
    if (manners.reads === false) attacker.socket.removeAllListeners('data').pause();
    return attacker;
  }

  write(bytes: Uint8Array): void {
    if (this.isOver || this.socket.destroyed) return;
    this.bytesOut += bytes.length;
    this.socket.write(bytes);
  }

  say(...messages: readonly Message[]): void {
    this.write(Buffer.concat(messages.map((message) => encodeMessage(message))));
  }

  /**
   * Sends `next(0)`, `next(1)`, … as fast as they are taken, until it is hung up on or `bytesMax` are out. Resolves to how
   * many went out.
   */
  async flood(next: (n: number) => Uint8Array, bytesMax = Infinity): Promise<number> {
    let sent = 0;
    while (!this.isOver && this.bytesOut < bytesMax) {
      const some: Uint8Array[] = [];
      for (let bytes = 0; bytes < 64 * 1024; sent += 1) bytes += some[some.push(next(sent)) - 1]?.length ?? 0;
      this.write(Buffer.concat(some));
      if (this.socket.writableNeedDrain) await this.drained();
      else await new Promise(setImmediate);
    }
    return sent;
  }

  drained(): Promise<unknown> {
    return Promise.race([new Promise((resolve) => this.socket.once('drain', resolve)), this.#ended]);
  }

  /** Resolves when the other side has hung up. */
  ended(): Promise<void> {
    return within(systemClock, LIMIT_MS, this.#ended, () => new Error('nobody hung up'));
  }

  async until(condition: () => boolean): Promise<void> {
    const endMs = systemClock.nowMs() + LIMIT_MS;
    while (!condition()) {
      if (systemClock.nowMs() > endMs) throw new Error('waited in vain');
      await sleep(systemClock, 2);
    }
  }

  close(): Promise<void> {
    this.socket.destroy();
    return this.#ended;
  }
}
