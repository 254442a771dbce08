import { call } from '../../api/client.ts';
import { askAllAnew, clearLists } from '../../state/live-list.ts';
import { say, sayFailure } from '../../state/news.ts';
import { nodeState } from '../../state/store.ts';
import { go } from '../../router.ts';
import { heldInvitation } from './set-up.tsx';

/** Shows what the new account sees, and uses the invitation that came first. */
export async function afterLogIn(): Promise<void> {
  const before = nodeState.value.value;
  clearLists();
  if (before) nodeState.put(before);
  await useInvitation();
  await nodeState.refresh();
  askAllAnew();
}

async function useInvitation(): Promise<void> {
  const link = heldInvitation.value;
  if (link === undefined) return;
  heldInvitation.value = undefined;
  try {
    const { group, owner } = await call('joinByInvitation', { link });
    say({ kind: 'good', title: `${owner} was asked to let you into ${group}` });
    go('groups', group);
  } catch (thrown) {
    sayFailure(thrown);
  }
}
