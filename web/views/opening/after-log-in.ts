import { call, toApiError, type FailureCode } from '../../api/client.ts';
import { heldInvitation, holdInvitation } from '../../state/held-invitation.ts';
import { say, sayFailure } from '../../state/news.ts';
import { nodeState } from '../../state/store.ts';
import { go } from '../../router.ts';

const FLEETING: ReadonlySet<FailureCode> = new Set(['NO_CONNECTION', 'NO_TRACKER', 'TIMED_OUT']);

/** Uses the invitation that came first, then shows the groups. */
export async function afterLogIn(): Promise<void> {
  await useInvitation();
  await nodeState.refresh();
}

async function useInvitation(): Promise<void> {
  const link = heldInvitation.value;
  if (link === undefined) return;
  holdInvitation(undefined);
  try {
    const { group, owner } = await call('joinByInvitation', { link });
    say({ kind: 'good', title: `${owner} was asked to let you into ${group}` });
    go('groups', group);
  } catch (thrown) {
    // What another try may mend stays; the groups offer it.
    if (FLEETING.has(toApiError(thrown).code)) holdInvitation(link);
    sayFailure(thrown);
  }
}
