import { randomBytes } from 'node:crypto';
import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { CommandError, diskError } from '../base/index.ts';
import { socketFolder } from '../node/index.ts';

/** Where the node with this data folder is reached. Throws where the folder does not exist. */
export const socketPathOf = (dataDir: string): string => join(socketFolder(dataDir), 'node.sock');

/**
 * Listens at the data folder's socket, as this system user alone (0600). It is bound in a folder that nobody else can
 * enter and moved from there, so that at no moment others could connect. CONFLICT where another node answers there.
 */
export async function listenAtSocket(server: Server, dataDir: string): Promise<string> {
  const path = socketPathOf(dataDir);
  if (await answers(path))
    throw new CommandError('CONFLICT', `a node runs with ${dataDir} already: end it by \`mbt node stop\``);
  const early = join(socketFolder(dataDir), `new-${randomBytes(4).toString('hex')}`);
  try {
    await mkdir(early, { mode: 0o700 });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(join(early, 's'), () => {
        server.off('error', reject);
        resolve();
      });
    });
    await chmod(join(early, 's'), 0o600);
    await rename(join(early, 's'), path);
  } catch (error) {
    throw diskError(error, path);
  } finally {
    await rm(early, { recursive: true, force: true });
  }
  return path;
}

/** A socket file may have outlived its process. */
function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
