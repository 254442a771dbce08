import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';

type Mode = 'pass' | 'swallow' | 'cut';

/**
 * Stands before a tracker's port on loopback and passes bytes on, until told to misbehave: `swallow` takes everything
 * and answers nothing, as an unplugged machine does; `cut` takes the next bytes of a client and then resets all.
 */
export class FaultyProxy {
  readonly port: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #mode: Mode = 'pass';
  #onCut: (() => void) | undefined;

  private constructor(server: Server, targetPort: number) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
    server.on('connection', (client) => this.#join(client, connect(targetPort, '127.0.0.1')));
  }

  static async open(targetPort: number): Promise<FaultyProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new FaultyProxy(server, targetPort);
  }

  pass(): void {
    this.#mode = 'pass';
  }

  swallow(): void {
    this.#mode = 'swallow';
  }

  /** The tracker gets the next bytes of a client, but nobody hears what it answers; then every connection is refused. */
  cutAfterNextRequest(): Promise<void> {
    this.#mode = 'cut';
    return new Promise((resolve) => {
      this.#onCut = resolve;
    });
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #join(client: Socket, tracker: Socket): void {
    for (const socket of [client, tracker]) {
      this.#sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        this.#sockets.delete(socket);
        client.destroy();
        tracker.destroy();
      });
    }
    if (this.#mode === 'cut') client.destroy();
    client.on('data', (bytes) => this.#onRequest(bytes, tracker));
    tracker.on('data', (bytes) => {
      if (this.#mode === 'pass') client.write(bytes);
    });
  }

  #onRequest(bytes: Buffer, tracker: Socket): void {
    if (this.#mode === 'swallow') return;
    tracker.write(bytes);
    if (this.#mode !== 'cut') return;
    setImmediate(() => {
      for (const socket of this.#sockets) socket.resetAndDestroy();
      this.#onCut?.();
    });
  }
}
