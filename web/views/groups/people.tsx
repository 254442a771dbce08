import { call } from '../../api/client.ts';
import { useLive } from '../../state/live-list.ts';
import { say } from '../../state/news.ts';
import { account, membersOf, requestsOf, type GroupRow, type MemberRow } from '../../state/store.ts';
import { formatDay } from '../../text/format.ts';
import { Button } from '../../ui/button.tsx';
import { confirm } from '../../ui/dialog.tsx';
import { Failure, Loading, Pill } from '../../ui/show.tsx';
import { Invitations } from '../lazy-views.ts';
import { Requests } from './requests.tsx';

/** Who asks to come in, who is in, and, for the owner, invitations. */
export function People({ row }: { readonly row: GroupRow }) {
  const isOwner = row.you === 'owner';
  return (
    <div class="stack">
      {isOwner && <Requests group={row.group} />}
      <Members group={row.group} isOwner={isOwner} />
      {isOwner && <Invitations group={row.group} />}
    </div>
  );
}

function Members({ group, isOwner }: { readonly group: string; readonly isOwner: boolean }) {
  const list = membersOf(group);
  const { rows, error } = useLive(list);
  const { rows: me } = useLive(account);
  return (
    <section class="section" aria-labelledby="members">
      <h2 id="members">Members</h2>
      {error && <Failure error={error} onRetry={() => list.refresh()} />}
      {!rows && !error && <Loading what="Asking who is in…" />}
      {rows && (
        <ul class="plain-list card">
          {rows.map((member) => (
            <Member
              key={member.user}
              group={group}
              member={member}
              isMe={member.user === me?.user}
              mayRemove={isOwner}
            />
          ))}
        </ul>
      )}
    </section>
  );
}

interface MemberProps {
  readonly group: string;
  readonly member: MemberRow;
  readonly isMe: boolean;
  readonly mayRemove: boolean;
}

function Member({ group, member, isMe, mayRemove }: MemberProps) {
  const { user, role, online, sinceMs } = member;
  return (
    <li>
      <span class="avatar" aria-hidden="true">
        {user.slice(0, 1).toUpperCase()}
        <span class={`dot ${online ? 'on' : 'off'}`} />
      </span>
      <span class="grow">
        <strong>{user}</strong>
        {isMe && <span class="quiet"> (you)</span>}
        <span class="quiet block">
          {online ? 'online' : 'offline'} · since {formatDay(sinceMs)}
        </span>
      </span>
      {role === 'owner' && <Pill tone="accent">owner</Pill>}
      {mayRemove && !isMe && (
        <Button small kind="quiet" label={`Remove ${user} from ${group}`} onClick={() => remove(group, user)}>
          Remove
        </Button>
      )}
    </li>
  );
}

async function remove(group: string, user: string): Promise<void> {
  const text = `${user} gets nothing more from ${group}, from now on. What ${user} has downloaded already stays there.`;
  if (!(await confirm({ title: `Remove ${user}?`, text, action: 'Remove', danger: true }))) return;
  await call('removeMember', { group, user });
  say({ title: `${user} is out of ${group}` });
  await Promise.all([membersOf(group).refresh(), requestsOf(group).refresh()]);
}
