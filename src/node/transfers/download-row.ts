import type { SwarmStatus } from '../../swarm/index.ts';
import type { DownloadRow, DownloadState } from '../commands.ts';
import type { Desk } from './desk.ts';
import type { DownloadProgress } from './download-progress.ts';
import { isPartial, wantedCount } from './file-choice.ts';
import type { DownloadEntry } from './library.ts';

/** What a row of `show_downloads` is made of. */
export interface DownloadView {
  readonly entry: DownloadEntry;
  readonly state: DownloadState;
  readonly progress: DownloadProgress;
  readonly isStarting: boolean;
  /** Whether anybody is online who may have it. */
  readonly hasSources: boolean;
  /** Of its swarm, if it is at work. */
  readonly status: SwarmStatus | undefined;
}

export function downloadRow(desk: Desk, view: DownloadView): DownloadRow {
  const { entry, state, status, progress } = view;
  const isWhole = state === 'C' && !isPartial(entry);
  const totalBytes = isWhole ? entry.size : progress.wantedBytes;
  const leftBytes = state === 'C' ? 0 : progress.lackingBytes;
  const bytesPerSecond = status?.bytesPerSecondDown ?? 0;
  return {
    state,
    group: desk.label(entry.gid),
    file: entry.name,
    content: entry.content,
    files: entry.files,
    path: entry.root,
    doneBytes: totalBytes - leftBytes,
    totalBytes,
    bytesPerSecond,
    downLimit: desk.rates.of(entry).down ?? null,
    secondsLeft: bytesPerSecond > 0 ? Math.ceil(leftBytes / bytesPerSecond) : null,
    peers: status?.connections ?? 0,
    priority: entry.priority,
    remark: remarkOf(desk, view),
  };
}

/** `isDue`: it is at work, or would do nothing if it were. */
export function letterOf({ state }: DownloadEntry, isDue: boolean): DownloadState {
  switch (state) {
    case 'paused':
      return 'P';
    case 'complete':
      return 'C';
    case 'failed':
      return 'F';
    case 'wanted':
      return isDue ? 'D' : 'Q';
  }
}

function remarkOf(desk: Desk, view: DownloadView): string {
  const { entry } = view;
  if (view.state === 'F') return entry.text ?? '';
  const hindrance = view.state === 'D' ? hindranceOf(desk, view) : '';
  if (hindrance !== '') return hindrance;
  const wanted = wantedCount(entry);
  return wanted === entry.files ? '' : `${wanted} of ${entry.files} files`;
}

/** Why nothing moves, if so. */
function hindranceOf(desk: Desk, { hasSources, isStarting, status }: DownloadView): string {
  if (desk.access.presence.trackersConnected() === 0) return 'no tracker reached';
  if (!hasSources) return 'nobody online';
  if (isStarting) return 'looking at what is there';
  if (status === undefined) return '';
  // Other programs give it to nobody where a torrent is private, as all of ours are.
  if (status.connections > 0) return status.hasMetadata ? '' : 'waiting for its description';
  return status.unreachable >= status.sources ? 'nobody reachable' : 'connecting';
}
