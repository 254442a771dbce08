import { effect, signal } from '@preact/signals';
import { call, callWithProgress, toApiError, type ApiError } from '../api/client.ts';
import { sendFile } from '../api/send-file.ts';
import { href } from '../router.ts';
import { say, tell } from './news.ts';
import { filesOf } from './store.ts';

/** Something that is on its way into a group. */
export interface Upload {
  readonly id: number;
  readonly group: string;
  readonly name: string;
  readonly stage: 'waiting' | 'sending' | 'hashing' | 'failed';
  readonly doneBytes: number;
  readonly totalBytes: number;
  readonly error?: ApiError;
  readonly cancel: () => void;
}

/** A file, or a folder with all that is in it, as the browser handed it to us. */
export interface Dropped {
  readonly name: string;
  readonly folder: boolean;
  /** With paths from inside of the folder, parted by `/`; a single file's path is its name. */
  readonly files: readonly { readonly path: string; readonly file: File }[];
}

export const uploads = signal<readonly Upload[]>([]);
let lastId = 0;

/** What this page still has to hand over would be lost with it. */
effect(() => {
  const busy = uploads.value.some(({ stage }) => stage === 'sending' || stage === 'waiting');
  window.onbeforeunload = busy ? (event: BeforeUnloadEvent) => event.preventDefault() : null;
});

function begin(group: string, name: string, totalBytes: number): { id: number; signal: AbortSignal } {
  lastId += 1;
  const id = lastId;
  const abort = new AbortController();
  const cancel = (): void => {
    abort.abort();
    dismissUpload(id);
  };
  uploads.value = [...uploads.value, { id, group, name, stage: 'waiting', doneBytes: 0, totalBytes, cancel }];
  return { id, signal: abort.signal };
}

function update(id: number, change: Partial<Upload>): void {
  uploads.value = uploads.value.map((upload) => (upload.id === id ? { ...upload, ...change } : upload));
}

export function dismissUpload(id: number): void {
  uploads.value = uploads.value.filter((upload) => upload.id !== id);
}

/** Shares what lies in a place that the node can read. */
export async function sharePath(group: string, path: string): Promise<void> {
  const { id, signal: abort } = begin(group, path.slice(path.lastIndexOf('/') + 1), 0);
  await conclude(id, group, abort, async () =>
    callWithProgress(
      'uploadFile',
      { group, path },
      (progress) => update(id, { stage: 'hashing', ...progress }),
      {
        signal: abort,
      },
    ),
  );
}

/** Hands over what was dropped, one drop after the other: they all share one disk. */
export function shareDropped(group: string, dropped: Dropped): void {
  const size = dropped.files.reduce((sum, { file }) => sum + file.size, 0);
  const { id, signal: abort } = begin(group, dropped.name, size);
  line = line.then(() =>
    abort.aborted ? undefined : conclude(id, group, abort, () => handOver(id, group, dropped, size, abort)),
  );
}
let line: Promise<void> = Promise.resolve();

async function handOver(id: number, group: string, dropped: Dropped, size: number, abort: AbortSignal) {
  const { name, folder, files } = dropped;
  const drop = await call('beginDrop', { group, name, size, folder }, { signal: abort });
  try {
    let before = 0;
    for (const { path, file } of files) {
      const start = before;
      const onSent = (bytes: number): void =>
        update(id, { stage: 'sending', doneBytes: start + Math.min(bytes, file.size) });
      await sendFile({ id: drop.id, path }, file, onSent, abort).catch(async (thrown: unknown) => {
        throw await reasonOf(thrown, drop.id);
      });
      before += file.size;
      onSent(file.size);
    }
    update(id, { stage: 'hashing', doneBytes: 0 });
    return await callWithProgress('finishDrop', { id: drop.id }, (progress) => update(id, progress), {
      signal: abort,
    });
  } catch (thrown) {
    await call('cancelDrop', { id: drop.id }).catch(() => undefined);
    throw thrown;
  }
}

/** A node that ends a hand-over midway, as its disk is full, say, looks like a broken line: it tells why when it is asked. */
async function reasonOf(thrown: unknown, id: string): Promise<unknown> {
  if (toApiError(thrown).code !== 'NO_CONNECTION') return thrown;
  try {
    await callWithProgress('finishDrop', { id }, () => undefined);
    return thrown;
  } catch (told) {
    return toApiError(told).code === 'NO_CONNECTION' ? thrown : told;
  }
}

type Shared = { readonly file: string; readonly leftOut: readonly string[] };

async function conclude(
  id: number,
  group: string,
  abort: AbortSignal,
  work: () => Promise<Shared>,
): Promise<void> {
  try {
    const { file, leftOut } = await work();
    dismissUpload(id);
    const text = leftOut.length === 0 ? '' : `Left out: ${leftOut.join('; ')}`;
    tell({
      kind: 'good',
      title: `${file} is shared in ${group}`,
      text,
      href: href('transfer', group, file),
      linkText: 'Show it',
    });
    await filesOf(group).refresh();
  } catch (thrown) {
    if (abort.aborted) say({ title: 'Stopped: nothing was shared' });
    else update(id, { stage: 'failed', error: toApiError(thrown) });
  }
}
