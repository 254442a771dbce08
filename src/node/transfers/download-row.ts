import type { SwarmStatus } from '../../swarm/index.ts';
import type { DownloadRow, DownloadState } from '../commands.ts';
import type { Desk } from './desk.ts';
import type { DownloadEntry } from './library.ts';

/** What a row of `show_downloads` is made of. */
export interface DownloadView {
  readonly entry: DownloadEntry;
  readonly state: DownloadState;
  readonly heldBytes: number;
  readonly isStarting: boolean;
  /** Whether anybody is online who may have it. */
  readonly hasSources: boolean;
  /** Of its swarm, if it is at work. */
  readonly status: SwarmStatus | undefined;
}

export function downloadRow(desk: Desk, view: DownloadView): DownloadRow {
  const { entry, state, status } = view;
  const doneBytes = state === 'C' ? entry.size : view.heldBytes;
  const bytesPerSecond = status?.bytesPerSecondDown ?? 0;
  return {
    state,
    group: desk.label(entry.gid),
    file: entry.name,
    path: entry.root,
    doneBytes,
    totalBytes: entry.size,
    bytesPerSecond,
    downLimit: desk.rates.of(entry).down ?? null,
    secondsLeft: bytesPerSecond > 0 ? Math.ceil((entry.size - doneBytes) / bytesPerSecond) : null,
    peers: status?.connections ?? 0,
    priority: 'normal',
    remark: remarkOf(desk, view),
  };
}

/** Why nothing moves, if so. */
function remarkOf(desk: Desk, { entry, state, hasSources, isStarting, status }: DownloadView): string {
  if (state === 'F') return entry.text ?? '';
  if (state !== 'D') return '';
  if (desk.access.presence.trackersConnected() === 0) return 'no tracker reached';
  if (!hasSources) return 'nobody online';
  if (isStarting) return 'looking at what is there';
  if (status === undefined) return '';
  // Other programs give it to nobody where a torrent is private, as all of ours are.
  if (status.connections > 0) return status.hasMetadata ? '' : 'waiting for its description';
  return status.unreachable >= status.sources ? 'nobody reachable' : 'connecting';
}
