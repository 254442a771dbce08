import { type GroupId, toGroupId } from '../../base/index.ts';
import { foldLabel } from '../../records/index.ts';
import type { UserSession } from './user-session.ts';

/** Names for the prompt, from what this client has seen; asks nobody. */
export function namesFor(
  session: UserSession,
  kind: 'group' | 'user' | 'member' | 'request',
  group: string | undefined,
): string[] {
  const { names, book } = session;
  if (kind === 'group' || kind === 'user') return names.labels(kind);
  const gid = group === undefined ? undefined : gidOf(session, group);
  const state = gid && book.state(gid);
  const people = kind === 'member' ? state?.members.keys() : state?.pending.keys();
  return [...(people ?? [])].map((uid) => names.known(uid)).toSorted();
}

function gidOf({ names }: UserSession, label: string): GroupId | undefined {
  return toGroupId(names.pinned('group', foldLabel(label)) ?? '');
}
