import { call } from '../../api/client.ts';
import { say, sayFailure } from '../../state/news.ts';
import { nodeState } from '../../state/store.ts';
import { go } from '../../router.ts';
import { heldInvitation } from './set-up.tsx';

/** Uses the invitation that came first, then shows the groups. */
export async function afterLogIn(): Promise<void> {
  await useInvitation();
  await nodeState.refresh();
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
