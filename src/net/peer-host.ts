import { createServer as createTcpServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type SecureContext, type TLSSocket } from 'node:tls';

import {
  CommandError,
  every,
  PeerFault,
  systemCode,
  type Cancel,
  type Clock,
  type Logger,
} from '../base/index.ts';
import { examinePeer } from './admission.ts';
import { dialPeer, type DialTools } from './dialer.ts';
import { DEFAULT_LIMITS, Doorkeeper, type HostLimits } from './doorkeeper.ts';
import { formatAddress, plainHost, type PeerAddress } from './peer-address.ts';
import { SecureContexts, sniOf, TLS_RULES, type PeerContext } from './peer-context.ts';
import { PeerSocket, type PeerRates } from './peer-socket.ts';
import { StallWatch } from './stall-watch.ts';

export interface PeerHostOptions {
  /** Where to listen. An address that is not this machine's: listen on all. */
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  /**
   * The torrent of a server name (40 hex digits), if this node serves it now. Asked again when the handshake is done:
   * a torrent that was given up meanwhile admits nobody.
   */
  contextFor(sni: string): PeerContext | undefined;
  /** A peer came in and proved itself. Call its `start` within this call or destroy it. */
  onPeer(socket: PeerSocket): void;
  /** Limits of connections until they get their own by `setRates`. */
  readonly rates: PeerRates;
  readonly limits?: Partial<HostLimits>;
  readonly clock: Clock;
  readonly log: Logger;
}

const SNI_FORM = /^[0-9a-f]{40}$/;
const STALL_CHECK_MS = 5_000;

/**
 * Listens for peers and dials them. One TLS 1.3 server carries all torrents of all groups: the server name picks the
 * certificate, and each connection is examined against that torrent's group alone.
 *
 * @throws CommandError PORT_IN_USE, PERMISSION_DENIED
 */
export async function openPeerHost(options: PeerHostOptions): Promise<PeerHost> {
  const host = new PeerHost(options);
  await host.listen();
  return host;
}

export class PeerHost {
  readonly #options: PeerHostOptions;
  readonly #limits: HostLimits;
  readonly #doorkeeper: Doorkeeper;
  readonly #contexts = new SecureContexts();
  /** Accepts bytes; what passes the doorkeeper is handed to `#tls`, which never listens itself. */
  readonly #tcp: Server;
  readonly #tls: ReturnType<typeof createTlsServer>;
  readonly #arrivals = new Set<Socket>();
  /** By `connectionKey`: ends the handshake's deadline and gives its slot back. */
  readonly #handshakes = new Map<string, () => void>();
  readonly #peers = new Set<PeerSocket>();
  readonly #stalls: StallWatch;
  readonly #closing = new AbortController();
  #cancelStallCheck: Cancel = () => undefined;
  #address: PeerAddress;
  #closed: Promise<void> | undefined;

  constructor(options: PeerHostOptions) {
    this.#options = options;
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#doorkeeper = new Doorkeeper(this.#limits);
    this.#stalls = new StallWatch(this.#limits);
    this.#address = { host: options.host, port: options.port };
    this.#tls = createTlsServer({
      ...TLS_RULES,
      requestCert: true,
      rejectUnauthorized: false,
      handshakeTimeout: this.#limits.handshakeTimeoutMs,
      SNICallback: (name, done) => this.#onServerName(name, done),
    });
    this.#tls.on('secureConnection', (socket) => this.#onSecure(socket));
    this.#tls.on('tlsClientError', (error, socket) => {
      options.log.debug('peer.handshake-failed', { reason: error.message });
      socket.destroy();
    });
    this.#tcp = createTcpServer({ noDelay: true }, (socket) => this.#onArrival(socket));
  }

  /** Where it listens; `host` may be `::` or `0.0.0.0` for all addresses. */
  get address(): PeerAddress {
    return this.#address;
  }

  /** Admitted connections, both directions. */
  get connections(): number {
    return this.#doorkeeper.connections;
  }

  /** Part of `openPeerHost`. */
  async listen(): Promise<void> {
    const { host, port, clock } = this.#options;
    await listenOn(this.#tcp, host, port).catch((error: unknown) => {
      if (systemCode(error) !== 'EADDRNOTAVAIL') throw listenError(error, { host, port });
      return listenEverywhere(this.#tcp, port);
    });
    const bound = this.#tcp.address() as AddressInfo;
    this.#address = { host: bound.address, port: bound.port };
    this.#tcp.on('error', (error) => this.#options.log.warn('peer.listen-error', { reason: error.message }));
    this.#cancelStallCheck = every(clock, STALL_CHECK_MS, () => this.#checkStalls());
  }

  /**
   * Connects to a peer and examines it.
   *
   * @param addresses of one peer, best first
   * @throws PeerFault if it is not who may be there, Error if it can't be reached
   */
  async dial(
    addresses: readonly PeerAddress[],
    context: PeerContext,
    signal: AbortSignal,
  ): Promise<PeerSocket> {
    const tools: DialTools = {
      contexts: this.#contexts,
      doorkeeper: this.#doorkeeper,
      limits: this.#limits,
      rates: this.#options.rates,
      clock: this.#options.clock,
    };
    const socket = await dialPeer(addresses, context, tools, signal);
    this.#keep(socket);
    if (this.#closing.signal.aborted) socket.destroy(new Error('shutting down'));
    return socket;
  }

  /** Stops listening and closes every connection. Idempotent. */
  close(): Promise<void> {
    return (this.#closed ??= this.#shutDown());
  }

  async #shutDown(): Promise<void> {
    this.#closing.abort(new Error('shutting down'));
    this.#cancelStallCheck();
    const stopped = new Promise<void>((resolve) => this.#tcp.close(() => resolve()));
    const ended = [...this.#peers].map((peer) => new Promise<void>((resolve) => peer.onceClosed(resolve)));
    for (const peer of this.#peers) peer.destroy(new Error('shutting down'));
    for (const socket of this.#arrivals) socket.destroy();
    await Promise.all([stopped, ...ended]);
  }

  #onArrival(socket: Socket): void {
    socket.on('error', () => undefined);
    const { remoteAddress } = socket;
    // Without an address it is gone already, and nothing would tell it from others like it.
    if (remoteAddress === undefined) return void socket.destroy();
    const from = plainHost(remoteAddress);
    const hangUp = (fault: PeerFault): void => {
      this.#options.log.info('peer.refused', { from, reason: fault.message });
      socket.destroy();
    };
    const release = this.#doorkeeper.startHandshake(from, this.#options.clock.nowMs(), () =>
      hangUp(new PeerFault('NO_ROOM', 'others wait')),
    );
    if (release === undefined) return hangUp(new PeerFault('NO_ROOM', 'too many handshakes'));
    const key = connectionKey(socket);
    const cancelDeadline = this.#options.clock.after(this.#limits.handshakeTimeoutMs, () =>
      hangUp(new PeerFault('SILENT', 'no TLS handshake')),
    );
    const finish = (): void => {
      this.#handshakes.delete(key);
      cancelDeadline();
      release();
    };
    this.#handshakes.set(key, finish);
    this.#arrivals.add(socket);
    socket.once('close', () => {
      this.#arrivals.delete(socket);
      if (this.#handshakes.get(key) === finish) finish();
    });
    this.#tls.emit('connection', socket);
  }

  #onServerName(name: string, done: (error: Error | null, context?: SecureContext) => void): void {
    const context = SNI_FORM.test(name) ? this.#options.contextFor(name) : undefined;
    if (context === undefined) return done(new Error('unrecognized name'));
    done(null, this.#contexts.get(context.credentials));
  }

  /** TLS is done, nothing has been read or written yet. */
  #onSecure(tls: TLSSocket): void {
    tls.on('error', () => undefined);
    this.#handshakes.get(connectionKey(tls))?.();
    const remote = { host: plainHost(tls.remoteAddress ?? ''), port: tls.remotePort ?? 0 };
    const peer = this.#examine(tls, remote);
    if (peer instanceof PeerSocket) {
      this.#keep(peer);
      this.#options.onPeer(peer);
      return;
    }
    this.#options.log.info('peer.refused', { from: formatAddress(remote), reason: peer.message });
    tls.destroy();
  }

  #examine(tls: TLSSocket, remote: PeerAddress): PeerSocket | Error {
    const name = typeof tls.servername === 'string' ? tls.servername : '';
    const context = SNI_FORM.test(name) ? this.#options.contextFor(name) : undefined;
    if (context === undefined || sniOf(context.infoHash) !== name) return new Error('no such torrent here');
    const proof = examinePeer(tls, context, this.#options.clock.wallMs());
    if (proof instanceof PeerFault) return proof;
    const leave = this.#doorkeeper.admit(remote.host, proof.user);
    if (leave instanceof PeerFault) return leave;
    tls.once('close', leave);
    return new PeerSocket(tls, remote, false, proof, this.#options.rates);
  }

  #keep(peer: PeerSocket): void {
    if (peer.isClosed) return;
    this.#peers.add(peer);
    peer.onceClosed(() => this.#peers.delete(peer));
  }

  #checkStalls(): void {
    const nowMs = this.#options.clock.nowMs();
    for (const peer of this.#peers) {
      const fault = this.#stalls.check(peer, nowMs);
      if (fault) peer.destroy(fault);
    }
  }
}

/** The same for a TCP connection and the TLS one inside it. */
function connectionKey(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort} ${socket.localAddress}`;
}

function listenOn(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error): void => reject(error);
    server.once('error', onError);
    server.listen({ host, port, exclusive: true }, () => {
      server.off('error', onError);
      resolve();
    });
  });
}

async function listenEverywhere(server: Server, port: number): Promise<void> {
  try {
    await listenOn(server, '::', port);
  } catch (error) {
    if (systemCode(error) === 'EADDRINUSE') throw listenError(error, { host: '::', port });
    await listenOn(server, '0.0.0.0', port).catch((second: unknown) => {
      throw listenError(second, { host: '0.0.0.0', port });
    });
  }
}

function listenError(error: unknown, at: PeerAddress): Error {
  const place = formatAddress(at);
  switch (systemCode(error)) {
    case 'EADDRINUSE':
      return new CommandError(
        'PORT_IN_USE',
        `${place} is in use; choose another port, or 0 for any free one`,
      );
    case 'EACCES':
      return new CommandError('PERMISSION_DENIED', `may not listen on ${place}; choose a port above 1023`);
    default:
      return error instanceof Error ? error : new Error(String(error));
  }
}
