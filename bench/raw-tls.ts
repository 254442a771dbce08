/**
 * The ceiling that a peer engine in Node can be held against: one process writes, another reads, over mutual
 * TLS 1.3 on loopback, in writes of 64 KiB, with nothing else to do.
 *
 * Run by `one-to-one.ts`: `raw-tls.js serve <dir> <bytes>` prints its port, `raw-tls.js read <dir> <port> <bytes>`
 * prints the seconds from the first byte to the last.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { systemClock } from '../src/base/index.ts';

const WRITE_BYTES = 64 * 1024;

function credentials(folder: string) {
  const pem = (name: string): Buffer => readFileSync(join(folder, name));
  return {
    cert: pem('cert.pem'),
    key: pem('key.pem'),
    ca: pem('ca.pem'),
    minVersion: 'TLSv1.3' as const,
    rejectUnauthorized: true,
  };
}

function serve(folder: string, totalBytes: number): void {
  const block = Buffer.alloc(WRITE_BYTES, 7);
  const server = createServer({ ...credentials(folder), requestCert: true }, (socket) => {
    let left = totalBytes;
    const more = (): void => {
      while (left > 0) {
        const bytes = Math.min(left, WRITE_BYTES);
        left -= bytes;
        if (!socket.write(bytes === WRITE_BYTES ? block : block.subarray(0, bytes))) return;
      }
      socket.end();
      server.close();
    };
    socket.on('drain', more);
    socket.on('error', () => undefined);
    more();
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (address !== null && typeof address === 'object') process.stdout.write(`${address.port}\n`);
  });
}

function read(folder: string, port: number, totalBytes: number): void {
  let got = 0;
  let startMs = 0;
  const socket: TLSSocket = connect({
    ...credentials(folder),
    host: '127.0.0.1',
    port,
    checkServerIdentity: () => undefined,
  });
  socket.on('data', (chunk: Buffer) => {
    if (got === 0) startMs = systemClock.nowMs();
    got += chunk.length;
    if (got < totalBytes) return;
    process.stdout.write(`${(systemClock.nowMs() - startMs) / 1000}\n`);
    socket.destroy();
  });
}

const [mode, folder = '', ...numbers] = process.argv.slice(2);
if (mode === 'serve') serve(folder, Number(numbers[0]));
else read(folder, Number(numbers[0]), Number(numbers[1]));
