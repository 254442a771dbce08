import { useState } from 'preact/hooks';
import { heldInvitation } from '../../state/held-invitation.ts';
import { useLive } from '../../state/live-list.ts';
import { groups, waiting, type GroupRow } from '../../state/store.ts';
import { href } from '../../router.ts';
import { formatCount } from '../../text/format.ts';
import { Button } from '../../ui/button.tsx';
import { Badge, Empty, Failure, Loading, Pill } from '../../ui/show.tsx';
import { CreateGroup } from './create-group.tsx';
import { Invited } from './invited.tsx';
import { JoinGroup } from './join-group.tsx';

/** All groups: one's own first, then those that one may ask to join. */
export function Groups() {
  const { rows, error } = useLive(groups);
  const [open, setOpen] = useState<'create' | 'join' | undefined>();
  const [wanted, setWanted] = useState('');
  const close = (): void => setOpen(undefined);
  const join = (group: string): void => {
    setWanted(group);
    setOpen('join');
  };
  const own = rows?.filter((row) => row.you !== '-') ?? [];
  const others = rows?.filter((row) => row.you === '-') ?? [];
  return (
    <>
      <header class="head">
        <h1>Groups</h1>
        <div class="head-actions">
          <Button icon="link" onClick={() => join('')}>
            Join a group
          </Button>
          <Button kind="primary" icon="add" onClick={() => setOpen('create')}>
            New group
          </Button>
        </div>
      </header>
      {error && <Failure error={error} onRetry={() => groups.refresh()} />}
      {!rows && !error && <Loading what="Asking for the groups…" />}
      {rows && own.length === 0 && (
        <Empty icon="group" title="You are in no group yet">
          Make one and invite others, or join one by an invitation or by its name.
        </Empty>
      )}
      {rows && (own.length === 0 || heldInvitation.value !== undefined) && <Invited />}
      <ul class="cards group-cards">
        {own.map((row) => (
          <GroupCard key={row.group} row={row} />
        ))}
      </ul>
      {others.length > 0 && <Others rows={others} onJoin={join} />}
      {open === 'create' && <CreateGroup onClose={close} />}
      {open === 'join' && <JoinGroup name={wanted} onClose={close} />}
    </>
  );
}

function GroupCard({ row }: { readonly row: GroupRow }) {
  const asking = waiting.value.get(row.group) ?? 0;
  return (
    <li class="card group-card">
      <a href={href('groups', row.group)}>
        <span class="avatar big" aria-hidden="true">
          {row.group.slice(0, 1).toUpperCase()}
        </span>
        <span class="group-card-text">
          <strong class="ellipsis">{row.group}</strong>
          <span class="quiet">
            {formatCount(row.members, 'member')}
            {row.you !== 'owner' && ` · owner ${row.owner}`}
          </span>
        </span>
        <Badge count={asking} label={formatCount(asking, 'asks to join', 'ask to join')} />
        {row.you === 'owner' && <Pill tone="accent">owner</Pill>}
        {row.you === 'pending' && <Pill tone="bad">waiting</Pill>}
      </a>
    </li>
  );
}

function Others({
  rows,
  onJoin,
}: {
  readonly rows: readonly GroupRow[];
  readonly onJoin: (group: string) => void;
}) {
  return (
    <section class="section" aria-labelledby="others">
      <h2 id="others">Other groups</h2>
      <ul class="plain-list card">
        {rows.map((row) => (
          <li key={row.group}>
            <span class="avatar" aria-hidden="true">
              {row.group.slice(0, 1).toUpperCase()}
            </span>
            <span class="grow">
              <strong>{row.group}</strong>
              <span class="quiet block">
                {formatCount(row.members, 'member')} · owner {row.owner}
              </span>
            </span>
            <Button small label={`Ask to join ${row.group}`} onClick={() => onJoin(row.group)}>
              Ask to join
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
