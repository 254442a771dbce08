import type { AddressInfo, Server } from 'node:net';
import { CommandError, systemCode, type Logger } from '../base/index.ts';

/** Where a server is to listen. */
export interface Binding {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** How it is shown. */
  readonly text: string;
  /** What a person does who finds the port taken. */
  readonly otherPort: string;
}

/**
 * Listens, and resolves with the port; on all addresses where the host is not this machine's (but leads to it). Throws
 * PORT_IN_USE or PERMISSION_DENIED, naming the port.
 */
export async function bind(server: Server, binding: Binding, log: Logger): Promise<number> {
  const { host, port } = binding;
  try {
    await listening(server, host, port);
  } catch (error) {
    if (systemCode(error) !== 'EADDRNOTAVAIL') throw bindError(error, binding);
    log.warn('listening-on-all-addresses', { because: `${host} is not an address of this machine` });
    await listening(server, undefined, port).catch((other: unknown) => {
      throw bindError(other, binding);
    });
  }
  return (server.address() as AddressInfo).port;
}

function listening(server: Server, host: string | undefined, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port, ...(host !== undefined && { host }) }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function bindError(error: unknown, { port, text, otherPort }: Binding): CommandError {
  const code = systemCode(error);
  if (code === 'EADDRINUSE') {
    return new CommandError('PORT_IN_USE', `port ${port} (${text}) is in use: ${otherPort}`, {
      cause: error,
    });
  }
  const why = code === 'EACCES' ? 'this user may not listen on it; choose one above 1023' : String(error);
  return new CommandError('PERMISSION_DENIED', `port ${port} (${text}) can't be opened: ${why}`, {
    cause: error,
  });
}
