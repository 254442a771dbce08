import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { limitByAddress } from './https-server.ts';

test('one address holds only so many connections open; a place that is left is there for the next', async () => {
  const server = createServer((socket) => socket.on('error', () => undefined));
  const seen: Socket[] = [];
  server.on('connection', (socket) => seen.push(socket));
  limitByAddress(server, 2);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const sockets: Socket[] = [];
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const dial = async (localAddress: string): Promise<Socket> => {
    const arrived = once(server, 'connection');
    const socket = connect({ port, host: '127.0.0.1', localAddress }).on('error', () => undefined);
    sockets.push(socket.resume());
    await arrived;
    return socket;
  };
  const [first] = [await dial('127.0.0.1'), await dial('127.0.0.1')];
  const third = await dial('127.0.0.1');
  await once(third, 'close');
  expect(seen).toHaveLength(2);
  expect(await connectionsOf(server)).toBe(2);
  await dial('127.0.0.2');
  expect(await connectionsOf(server)).toBe(3);
  first.destroy();
  await expect.poll(() => connectionsOf(server)).toBe(2);
  await dial('127.0.0.1');
  expect(await connectionsOf(server)).toBe(3);
});

const connectionsOf = (server: ReturnType<typeof createServer>): Promise<number> =>
  new Promise((resolve, reject) =>
    server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
  );
