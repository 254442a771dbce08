import { once } from 'node:events';
import { createServer, type Socket, connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { linesIn, ownerIn, PeerOwners } from './peer-owner.ts';

const HEAD =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const line = (local: string, remote: string, uid: number, inode: number): string =>
  `   4: ${local} ${remote} 01 00000000:00000000 00:00000000 00000000 ${uid}        0 ${inode} 1 0000 20 0 0 10 -1\n`;

describe('the table of sockets', () => {
  const table = linesIn(
    HEAD +
      line('0100007F:9A78', '0100007F:B669', 1001, 7) +
      line('0100007F:B669', '0100007F:9A78', 1002, 8) +
      line('0100007F:0050', '0200007F:9A78', 1003, 9),
  );

  test('tells whose the end is that connected', () => {
    expect(ownerIn(table, 0xb669, 0x9a78)).toEqual({ uid: 1002, inode: 8 });
    expect(ownerIn(table, 0x9a78, 0xb669)).toEqual({ uid: 1001, inode: 7 });
  });

  test('has no line for what is not there, or at another address', () => {
    expect(ownerIn(table, 1, 0x9a78)).toBeUndefined();
    expect(ownerIn(table, 80, 0x9a78)).toBeUndefined();
    expect(ownerIn(linesIn(''), 80, 1)).toBeUndefined();
  });

  test('knows sockets of IPv6 that are connected over IPv4', () => {
    const mapped = '0000000000000000FFFF00000100007F';
    const lines = linesIn(line(`${mapped}:0050`, `${mapped}:0051`, 5, 6));
    expect(ownerIn(lines, 80, 81)).toEqual({ uid: 5, inode: 6 });
  });
});

describe.skipIf(process.platform !== 'linux')('a connection', () => {
  test("of our own is let in; one that has gone is nobody's", async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const owners = new PeerOwners();
    expect(await owners.probe()).toBe(true);
    const client = connect(port, '127.0.0.1');
    const [accepted] = (await once(server, 'connection')) as [Socket];
    expect(await owners.admits(accepted)).toBe(true);
    const gone = connect(port, '127.0.0.1');
    const [left] = (await once(server, 'connection')) as [Socket];
    left.pause();
    gone.destroy();
    await once(gone, 'close');
    expect(await owners.admits(left)).toBe(false);
    for (const socket of [client, accepted, left]) socket.destroy();
    server.close();
  });
});
