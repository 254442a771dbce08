import { isIP, type TcpSocketConnectOpts } from 'node:net';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';

import { PeerFault, type Cancel, type Clock } from '../base/index.ts';
import { examinePeer } from './admission.ts';
import type { Doorkeeper, HostLimits } from './doorkeeper.ts';
import { formatAddress, type PeerAddress } from './peer-address.ts';
import { sniOf, TLS_RULES, type PeerContext, type SecureContexts } from './peer-context.ts';
import { PeerSocket, type PeerRates } from './peer-socket.ts';

/** What dialling needs of its host. */
export interface DialTools {
  readonly contexts: SecureContexts;
  readonly doorkeeper: Doorkeeper;
  readonly limits: HostLimits;
  readonly rates: PeerRates;
  readonly clock: Clock;
}

/**
 * Receive buffer of all dialled connections: TLS hands over at most one record (16 KiB) at a time and each is
 * consumed before the next is read. Accepted connections can't have one (Node ignores `onread` there).
 */
const receiveBuffer = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * Dials one peer at all its addresses: the next one joins in when the last has failed or has been silent for
 * `dialStaggerMs`; the first that proves itself wins and the others are dropped.
 *
 * @param addresses best first, at least one
 * @throws PeerFault or Error of the last failure; `signal.reason` when aborted
 */
export function dialPeer(
  addresses: readonly PeerAddress[],
  context: PeerContext,
  tools: DialTools,
  signal: AbortSignal,
): Promise<PeerSocket> {
  return new Promise((resolve, reject) => new DialRace(addresses, context, tools, signal, resolve, reject));
}

class DialRace {
  readonly #waiting: PeerAddress[];
  readonly #context: PeerContext;
  readonly #tools: DialTools;
  readonly #resolve: (socket: PeerSocket) => void;
  readonly #reject: (error: Error) => void;
  readonly #running = new Set<Attempt>();
  readonly #detach: () => void;
  readonly #cancelTimeout: Cancel;
  #cancelStagger: Cancel = () => undefined;

  constructor(
    addresses: readonly PeerAddress[],
    context: PeerContext,
    tools: DialTools,
    signal: AbortSignal,
    resolve: (socket: PeerSocket) => void,
    reject: (error: Error) => void,
  ) {
    this.#waiting = [...addresses];
    this.#context = context;
    this.#tools = tools;
    this.#resolve = resolve;
    this.#reject = reject;
    const onAbort = (): void => {
      this.#fail(signal.reason instanceof Error ? signal.reason : new Error('dialling was given up'));
    };
    signal.addEventListener('abort', onAbort, { once: true });
    this.#detach = () => signal.removeEventListener('abort', onAbort);
    const { dialTimeoutMs } = tools.limits;
    this.#cancelTimeout = tools.clock.after(dialTimeoutMs, () => this.#fail(new Error('no answer')));
    if (signal.aborted) onAbort();
    else this.#next(new Error('no address'));
  }

  #next(lastError: Error): void {
    this.#cancelStagger();
    const address = this.#waiting.shift();
    if (address === undefined) {
      if (this.#running.size === 0) this.#fail(lastError);
      return;
    }
    const refusal = this.#refusal(address);
    if (refusal) return this.#next(refusal);
    this.#start(address);
    this.#cancelStagger = this.#tools.clock.after(this.#tools.limits.dialStaggerMs, () =>
      this.#next(lastError),
    );
  }

  /** Names are not looked up: an address from the network must not make us ask anybody anything. */
  #refusal(address: PeerAddress): Error | undefined {
    const { host, port } = address;
    if (isIP(host) === 0 || !Number.isInteger(port) || port < 1 || port > 65_535)
      return new Error('no such address');
    return this.#tools.doorkeeper.hasRoom(host) ? undefined : new Error('too many connections');
  }

  #start(address: PeerAddress): void {
    const attempt = new Attempt(address, this.#context, this.#tools, (result) => {
      this.#running.delete(attempt);
      if (result instanceof PeerSocket) this.#win(result);
      else this.#next(result);
    });
    this.#running.add(attempt);
  }

  #win(socket: PeerSocket): void {
    this.#end();
    this.#resolve(socket);
  }

  #fail(error: Error): void {
    this.#end();
    this.#reject(error);
  }

  #end(): void {
    this.#waiting.length = 0;
    this.#detach();
    this.#cancelTimeout();
    this.#cancelStagger();
    for (const attempt of this.#running) attempt.cancel();
    this.#running.clear();
  }
}

/** One address, until it has proven itself or failed. */
class Attempt {
  readonly #tls: TLSSocket;
  #onEnd: ((result: PeerSocket | Error) => void) | undefined;
  #peer: PeerSocket | undefined;

  constructor(
    address: PeerAddress,
    context: PeerContext,
    tools: DialTools,
    onEnd: (result: PeerSocket | Error) => void,
  ) {
    this.#onEnd = onEnd;
    const onBytes = (bytes: number): boolean =>
      this.#peer?.receive(receiveBuffer.subarray(0, bytes)) ?? false;
    this.#tls = connect(dialOptions(address, context, tools, onBytes));
    this.#tls.setNoDelay(true);
    const place = formatAddress(address);
    this.#tls.on('error', (error) => this.#end(new Error(`${place}: ${error.message}`, { cause: error })));
    this.#tls.once('close', () => this.#end(new Error(`${place}: closed during the handshake`)));
    this.#tls.once('secureConnect', () => this.#onSecure(address, context, tools));
  }

  cancel(): void {
    this.#onEnd = undefined;
    this.#tls.destroy();
  }

  #onSecure(address: PeerAddress, context: PeerContext, tools: DialTools): void {
    if (this.#onEnd === undefined) return;
    const proof = examinePeer(this.#tls, context, tools.clock.wallMs());
    if (proof instanceof PeerFault) return this.#end(proof);
    const leave = tools.doorkeeper.admit(address.host, proof.user);
    if (leave instanceof PeerFault) return this.#end(leave);
    this.#tls.once('close', leave);
    this.#peer = new PeerSocket(this.#tls, address, true, proof, tools.rates);
    this.#end(this.#peer);
  }

  #end(result: PeerSocket | Error): void {
    const onEnd = this.#onEnd;
    this.#onEnd = undefined;
    if (result instanceof Error) this.#tls.destroy();
    onEnd?.(result);
  }
}

function dialOptions(
  address: PeerAddress,
  context: PeerContext,
  tools: DialTools,
  onBytes: (bytes: number) => boolean,
): ConnectionOptions & Pick<TcpSocketConnectOpts, 'onread'> {
  return {
    ...TLS_RULES,
    host: address.host,
    port: address.port,
    servername: sniOf(context.infoHash),
    secureContext: tools.contexts.get(context.credentials),
    // The verdict is `examinePeer`'s, which also says why; names mean nothing between peers.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    onread: { buffer: receiveBuffer, callback: onBytes },
  };
}
