import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeState } from '../../local/index.ts';
import { dataWords } from '../background/node-folder.ts';
import type { CommandOutput } from '../output/output.ts';

/** Says it, where there is something to say. */
export function tellNext(out: Pick<CommandOutput, 'notice'>, state: NodeState): void {
  const next = nextStep(state);
  if (next !== '') out.notice(next);
}

/** What somebody who has just met this node does next; empty while nobody knows. */
export function nextStep({ state, text, user, dataDir, web }: NodeState): string {
  const data = dataWords(dataDir);
  const page = web === null ? '' : `, or on the page: mbt web${data}`;
  if (state === 'not-set-up')
    return `next: open an invitation (mbt join LINK${data}), or name your trackers (mbt node start --trackers FILE${data})`;
  if (state === 'logged-out' && hasAccount(dataDir)) return `next: mbt login NAME --remember${data}${page}`;
  if (state === 'logged-out')
    return `next: mbt create_user NAME${data}, then mbt login NAME --remember${data}${page}`;
  if (state === 'logged-in')
    return `logged in as ${user}; next: mbt list_groups${data}, mbt shell${data}${page}`;
  return text;
}

/** Whether somebody has logged in with this data folder before. */
function hasAccount(dataDir: string): boolean {
  try {
    return readdirSync(join(dataDir, 'users')).length > 0;
  } catch {
    return false;
  }
}

/** The state in words. */
export function stateText({ state, user, text }: NodeState): string {
  if (state === 'logged-in') return `logged in as ${user}`;
  if (state === 'not-set-up') return 'not set up';
  if (state === 'logged-out') return 'nobody is logged in';
  return text === '' ? state : text;
}
