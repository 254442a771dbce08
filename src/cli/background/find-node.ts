import { type Clock, CommandError } from '../../base/index.ts';
import type { RemoteNode } from '../../local/index.ts';
import { isThere } from './is-there.ts';
import { dataWords } from './node-folder.ts';

/** The node in the background of this data folder. NO_NODE says what to do where none runs. */
export async function requireNode(dataDir: string, clock: Clock): Promise<RemoteNode> {
  const node = await findNode(dataDir);
  if (node !== undefined) return node;
  if (await isHeld(dataDir, clock)) throw heldByShell(dataDir);
  throw new CommandError('NO_NODE', `no node runs in the background: mbt node start${dataWords(dataDir)}`);
}

/** The same; undefined where none runs. */
export async function findNode(dataDir: string): Promise<RemoteNode | undefined> {
  if (!(await isThere(dataDir))) return undefined;
  const { connectLocal } = await import('../../local/index.ts');
  return connectLocal(dataDir);
}

/** Whether some process has the data folder, be it a node in the background or a shell. */
export async function isHeld(dataDir: string, clock: Clock): Promise<boolean> {
  if (!(await isThere(dataDir))) return false;
  const { lockFolder } = await import('../../node/index.ts');
  const lock = await lockFolder(dataDir, clock);
  await lock?.release();
  return lock === undefined;
}

export const heldByShell = (dataDir: string): CommandError =>
  new CommandError(
    'NO_NODE',
    `a shell that was started by mbt client has ${dataDir}, and no node in the background: quit it, then mbt node start${dataWords(dataDir)}`,
  );
