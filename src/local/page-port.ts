import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { CommandError, systemCode } from '../base/index.ts';
import { readPrivateFile, writePrivateFile } from '../node/index.ts';

/** Never another: whoever is elsewhere comes through an SSH tunnel. */
const HOST = '127.0.0.1';

/**
 * Listens for the page on loopback and resolves to the port: `wanted`, or that of last time, so that browsers still know
 * it, or any free one. PORT_IN_USE where `wanted` is taken.
 */
export async function listenForPage(
  server: Server,
  dataDir: string,
  wanted: number | undefined,
): Promise<number> {
  const file = join(dataDir, 'web-port.json');
  const kept = parsePort(await readPrivateFile(file));
  const port = wanted === undefined ? await lastOrFree(server, kept) : await listen(server, wanted);
  if (port !== kept) await writePrivateFile(file, `${JSON.stringify({ port })}\n`);
  return port;
}

async function lastOrFree(server: Server, last: number | undefined): Promise<number> {
  try {
    return await listen(server, last ?? 0);
  } catch (error) {
    if (last === undefined || !(error instanceof CommandError)) throw error;
    return listen(server, 0);
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error): void => reject(portError(error, port));
    server.once('error', onError);
    server.listen({ host: HOST, port, exclusive: true }, () => {
      server.off('error', onError);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function portError(error: Error, port: number): Error {
  const code = systemCode(error);
  if (code === 'EADDRINUSE')
    return new CommandError('PORT_IN_USE', `port ${port} is in use: give the page another one`);
  if (code === 'EACCES')
    return new CommandError(
      'PERMISSION_DENIED',
      `port ${port} is the system's: give the page one above 1023`,
    );
  return error;
}

function parsePort(bytes: Uint8Array | undefined): number | undefined {
  try {
    const { port } = JSON.parse(new TextDecoder().decode(bytes)) as { port: unknown };
    return Number.isInteger(port) && Number(port) > 0 && Number(port) < 65_536 ? Number(port) : undefined;
  } catch {
    return undefined;
  }
}
