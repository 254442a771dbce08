import { call } from '../../api/client.ts';
import { wallMs } from '../../clock.ts';
import { useLive } from '../../state/live-list.ts';
import { say } from '../../state/news.ts';
import { groups, membersOf, requestsOf, type RequestRow } from '../../state/store.ts';
import { formatAgo } from '../../text/format.ts';
import { Button } from '../../ui/button.tsx';
import { Failure, Pill } from '../../ui/show.tsx';

/** Who asks to join, to be let in or turned down with one click. */
export function Requests({ group }: { readonly group: string }) {
  const list = requestsOf(group);
  const { rows, error } = useLive(list);
  return (
    <section class="section" aria-labelledby="requests">
      <h2 id="requests" tabIndex={-1}>
        Who asks to join
      </h2>
      {error && <Failure error={error} onRetry={() => list.refresh()} />}
      {rows?.length === 0 && <p class="quiet">Nobody at the moment.</p>}
      {rows && rows.length > 0 && (
        <ul class="plain-list card requests">
          {rows.map((row) => (
            <Request key={row.user} group={group} row={row} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Request({ group, row }: { readonly group: string; readonly row: RequestRow }) {
  const { user, code, invited, atMs } = row;
  const accept = async (): Promise<void> => {
    // The code that is shown: should the request have changed since, nobody is let in.
    await call('acceptRequest', { group, user, code });
    say({ kind: 'good', title: `${user} is in ${group} now` });
    await refresh(group);
  };
  const reject = async (): Promise<void> => {
    await call('rejectRequest', { group, user });
    say({ title: `${user} was turned down` });
    await refresh(group);
  };
  return (
    <li>
      <span class="avatar" aria-hidden="true">
        {user.slice(0, 1).toUpperCase()}
      </span>
      <span class="grow">
        <strong>{user}</strong> {invited && <Pill tone="good">invited</Pill>}
        <span class="quiet block">
          {invited ? 'came by your invitation' : 'compare the code'} · {formatAgo(atMs, wallMs())}
        </span>
      </span>
      <code class="code" aria-label={`Code of ${user}`} role="note">
        {code}
      </code>
      <span class="actions">
        <Button label={`Reject ${user}`} onClick={reject}>
          Reject
        </Button>
        <Button kind="primary" icon="check" label={`Accept ${user}`} onClick={accept}>
          Accept
        </Button>
      </span>
    </li>
  );
}

async function refresh(group: string): Promise<void> {
  // The row with the button that has the focus is about to go.
  document.getElementById('requests')?.focus();
  await Promise.all([requestsOf(group).refresh(), membersOf(group).refresh(), groups.refresh()]);
}
