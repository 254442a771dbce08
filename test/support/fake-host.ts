import { sha256Hex, systemClock } from '../../src/base/index.ts';
import type { NodeHost } from '../../src/local/index.ts';
import type { ContentReader, LocalNode } from '../../src/node/index.ts';
import { type FakeNode, fakeNode } from './fake-node.ts';

/** A process with a fake node in it, whose contents are in memory. */
export interface FakeHost extends NodeHost {
  readonly fake: FakeNode;
  /** Bytes by `group/file` or `group/file/path`. */
  readonly contents: Map<string, Uint8Array>;
  /** How many readers are open now, and how many reads were begun and ended. */
  readonly readers: { open: number; begun: number; ended: number };
  state: NodeHost['state'];
  stopped: number;
}

const STATE: NodeHost['state'] = {
  version: '0.0.0',
  pid: 1,
  boot: 'first',
  startedAtMs: 0,
  dataDir: '/nowhere',
  state: 'logged-in',
  user: 'ada',
  text: '',
};

export function fakeHost(answers: Parameters<typeof fakeNode>[0] = {}): FakeHost {
  const fake = fakeNode({ showDownloads: async () => [], ...answers });
  const contents = new Map<string, Uint8Array>();
  const readers = { open: 0, begun: 0, ended: 0 };
  const openContent: LocalNode['openContent'] = async (group, file, path) => {
    const key = [group, file, path].filter((part) => part !== undefined).join('/');
    readers.open += 1;
    return memoryReader(path ?? file, contents.get(key) ?? new Uint8Array(), readers);
  };
  const node: LocalNode = Object.assign(fake, { openContent });
  const host: FakeHost = {
    fake,
    contents,
    readers,
    state: STATE,
    stopped: 0,
    node: () => node,
    setUp: async () => void (host.state = { ...host.state, state: 'logged-out' }),
    stop: () => void (host.stopped += 1),
    onEvent: (listener) => fake.onEvent(listener),
    onChange: (listener) => fake.onChange(listener),
  };
  return host;
}

/** Gives 64 KiB at a time; of a file whose name begins with `endless`, no byte ever. */
function memoryReader(name: string, bytes: Uint8Array, readers: FakeHost['readers']): ContentReader {
  const isEndless = name.startsWith('endless');
  return {
    name: name.split('/').at(-1) ?? name,
    content: sha256Hex(bytes),
    size: isEndless ? 2 ** 40 : bytes.length,
    async *read(start, end, signal) {
      readers.begun += 1;
      try {
        for (let at = start; at < end; at += 65_536) {
          if (isEndless) await aborted(signal);
          signal.throwIfAborted();
          yield bytes.subarray(at, Math.min(end, at + 65_536));
        }
      } finally {
        readers.ended += 1;
      }
    },
    close: () => void (readers.open -= 1),
  };
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
    // Otherwise nothing keeps the process alive while it waits.
    systemClock.after(60_000, resolve);
  });
