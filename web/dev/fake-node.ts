import type { Plugin } from 'vite';
export function fakeNodePlugin(): Plugin {
  return { name: 'fake-node' };
}
