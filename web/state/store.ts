import type { LocalResult } from '../../src/api/local/contract.ts';
import { computed, signal } from '@preact/signals';
import { call } from '../api/client.ts';
import { isCalled, nameAmong } from './called.ts';
import { LiveList, listsByKey, type NodeChange } from './live-list.ts';

/** All that the page knows of the node. Lists are asked for while somebody watches them (`useLive`). */

export type NodeState = LocalResult<'nodeStatus'>;
export type Account = LocalResult<'whoami'>;
export type GroupRow = LocalResult<'listGroups'>[number];
export type RequestRow = LocalResult<'listRequests'>[number];
export type MemberRow = LocalResult<'listMembers'>[number];
export type FileRow = LocalResult<'listFiles'>[number];
export type DownloadRow = LocalResult<'showDownloads'>[number];
export type ContentFileRow = LocalResult<'listContentFiles'>[number];

/** Whether the node's events arrive: `lost` means that what is shown may be old, and that it is being tried again. */
export const connection = signal<'connecting' | 'live' | 'lost'>('connecting');

/** Whether anyone can see the page: work that only pleases the eye rests meanwhile. */
export const visible = signal(document.visibilityState === 'visible');
document.addEventListener('visibilitychange', () => {
  visible.value = document.visibilityState === 'visible';
});

export const nodeState = new LiveList<NodeState>(
  () => call('nodeStatus', {}),
  (change) => change.what === 'account' || change.what === 'trackers',
);
export const account = new LiveList<Account>(
  () => call('whoami', {}),
  (change) => change.what === 'account',
);
export const groups = new LiveList<GroupRow[]>(
  () => call('listGroups', {}),
  (change) => ['groups', 'members', 'account'].includes(change.what),
);
export const downloads = new LiveList<DownloadRow[]>(
  () => call('showDownloads', {}),
  (change) => change.what === 'downloads' || change.what === 'account',
);
export const places = new LiveList(
  () => call('listAllowed', {}),
  () => false,
);

/** Whether a change is one of these, in this group or in any. */
export const touches =
  (group: string, ...whats: readonly NodeChange['what'][]) =>
  (change: NodeChange): boolean =>
    whats.includes(change.what) && (change.group === undefined || change.group === group);

export const membersOf = listsByKey(
  (group) => new LiveList<MemberRow[]>(() => call('listMembers', { group }), touches(group, 'members')),
);
export const filesOf = listsByKey(
  (group) => new LiveList<FileRow[]>(() => call('listFiles', { group }), touches(group, 'files')),
);
export const requestsOf = listsByKey(
  (group) => new LiveList<RequestRow[]>(() => call('listRequests', { group }), touches(group, 'requests')),
);

/** The groups that are ours to see: own, joined, or asked for. */
export const ownGroups = computed(() => (groups.value.value ?? []).filter((row) => row.you !== '-'));

/** People who wait for our answer, by group. */
export const waiting = computed(() => {
  const owned = ownGroups.value.filter((row) => row.you === 'owner');
  return new Map(owned.map(({ group }) => [group, requestsOf(group).value.value?.length ?? 0]));
});
export const waitingInAll = computed(() => [...waiting.value.values()].reduce((sum, n) => sum + n, 0));

/** @param typed its name, or `name@content` with the beginning of the content's id */
export function downloadOf(group: string, typed: string): DownloadRow | undefined {
  return downloads.value.value?.find((row) => row.group === group && isCalled(row, typed));
}

/** How the node is told which one is meant. */
export function argumentOf(row: DownloadRow): string {
  return nameAmong(downloads.value.value ?? [], row);
}
