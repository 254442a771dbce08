import { readFileSync } from 'node:fs';
import { type Clock, CommandError, sleep, systemCode } from '../../base/index.ts';
import { findNode, isHeld } from './find-node.ts';

/** Goodbyes over the net and closing files take their time. */
const STOP_MS = 20_000;
const LOOK_MS = 100;

/** Asks the node to end, and waits until it has; undefined where none ran, else its process number. */
export async function stopNode(
  dataDir: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<number | undefined> {
  const node = await findNode(dataDir);
  if (node === undefined) return undefined;
  let pid: number;
  try {
    ({ pid } = await node.nodeStatus());
    await node.stopNode();
  } finally {
    await node.close();
  }
  const deadlineMs = clock.nowMs() + STOP_MS;
  while (isAlive(pid) || (await isHeld(dataDir, clock))) {
    if (clock.nowMs() > deadlineMs)
      throw new CommandError('TIMED_OUT', `the node (pid ${pid}) does not end; kill ${pid} ends it by force`);
    await sleep(clock, LOOK_MS, signal);
  }
  return pid;
}

/** Not if it has ended and merely nobody has asked how. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) !== 'Z';
  } catch (error) {
    return systemCode(error) === 'ENOENT' && process.platform !== 'linux';
  }
}
