import { expect, test } from 'vitest';
import type { NodeState } from '../../local/index.ts';
import { tellNext } from './node-state.ts';

const STATE: NodeState = {
  state: 'starting',
  text: '',
  user: null,
  pid: 1,
  boot: '',
  startedAtMs: 0,
  version: '1.0.0',
  dataDir: '/nowhere',
  web: null,
};

function told(state: Partial<NodeState>): string[] {
  const notices: string[] = [];
  tellNext({ notice: (text) => void notices.push(text) }, { ...STATE, ...state });
  return notices;
}

test('a node that is starting has no next step: nothing is said', () => {
  expect(told({})).toEqual([]);
  expect(told({ state: 'waiting', text: 'no tracker answers' })).toEqual(['no tracker answers']);
  expect(told({ state: 'logged-out' }).join()).toMatch(/^next: mbt create_user NAME/);
});
