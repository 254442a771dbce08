import { useState } from 'preact/hooks';
import type { Invitation } from '../../../src/node/commands.ts';
import { call } from '../../api/client.ts';
import { wallMs } from '../../clock.ts';
import { LiveList, listsByKey, useLive } from '../../state/live-list.ts';
import { touches } from '../../state/store.ts';
import { formatTime } from '../../text/format.ts';
import { Button } from '../../ui/button.tsx';
import { confirm } from '../../ui/dialog.tsx';
import { Empty, Failure, Loading, Pill } from '../../ui/show.tsx';
import { InviteForm } from './invite-form.tsx';
import { sortedInvitations, stateWords, usesWords } from './invitation-words.ts';
import { InvitationDialog } from './invitation-dialog.tsx';
import './invite.css';

const invitationsOf = listsByKey(
  (group) =>
    new LiveList<Invitation[]>(
      () => call('listInvitations', { group }),
      touches(group, 'requests', 'members', 'account'),
    ),
);

/** Invitations of a group: made, shown, withdrawn. */
export default function Invitations({ group }: { readonly group: string }) {
  const list = invitationsOf(group);
  const { rows, error } = useLive(list);
  const [making, setMaking] = useState(false);
  const [shown, setShown] = useState<Invitation>();
  return (
    <section class="section invitations" aria-labelledby="invitations-title">
      <div class="section-head">
        <h2 id="invitations-title">Invitations</h2>
        <Button kind="primary" icon="add" onClick={() => setMaking(true)}>
          Invite somebody
        </Button>
      </div>
      {error && !rows && <Failure error={error} onRetry={() => list.refresh()} />}
      {!rows && !error && <Loading what="Asking the node…" />}
      {rows && rows.length === 0 && <NoneYet />}
      {rows && rows.length > 0 && (
        <List rows={rows} onShow={setShown} onWithdraw={(one) => withdraw(list, one)} />
      )}
      {making && (
        <InviteForm
          group={group}
          onClose={() => setMaking(false)}
          onMade={(made) => {
            setMaking(false);
            setShown(made);
            void list.refresh();
          }}
        />
      )}
      {shown && <InvitationDialog invitation={shown} onClose={() => setShown(undefined)} />}
    </section>
  );
}

function NoneYet() {
  return (
    <Empty icon="link" title="No invitations yet">
      An invitation is a link, or a code to photograph. Whoever opens it is led to your group, and you see
      that it is them.
    </Empty>
  );
}

interface ListProps {
  readonly rows: readonly Invitation[];
  readonly onShow: (one: Invitation) => void;
  readonly onWithdraw: (one: Invitation) => Promise<void>;
}

function List({ rows, onShow, onWithdraw }: ListProps) {
  const now = wallMs();
  return (
    <ul class="card plain-list">
      {sortedInvitations(rows).map((one) => {
        const state = stateWords(one, now);
        const open = one.state === 'open' && one.expiresAtMs > now;
        return (
          <li key={one.id} class={open ? '' : 'past'}>
            <span class="row-main">
              <span>
                <Pill tone={open ? 'good' : 'calm'}>{state}</Pill> {usesWords(one)}
                {one.auto && ', accepted by itself'}
              </span>
              <span class="hint">good until {formatTime(one.expiresAtMs)}</span>
            </span>
            {open && (
              <span class="actions">
                <Button
                  small
                  label={`Show the invitation until ${formatTime(one.expiresAtMs)}`}
                  onClick={() => onShow(one)}
                >
                  Show
                </Button>
                <Button
                  small
                  label={`Withdraw the invitation until ${formatTime(one.expiresAtMs)}`}
                  onClick={() => onWithdraw(one)}
                >
                  Withdraw
                </Button>
              </span>
            )}
          </li>
        );
      })}
    </ul>
  );
}

async function withdraw(list: LiveList<Invitation[]>, { group, id }: Invitation): Promise<void> {
  const sure = await confirm({
    title: 'Withdraw this invitation?',
    text: 'Its link no longer lets anybody in. Who is in the group already stays in it.',
    action: 'Withdraw',
    danger: true,
  });
  if (!sure) return;
  await call('withdrawInvitation', { group, id });
  await list.refresh();
}
