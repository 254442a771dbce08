import { useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import { useLive } from '../../state/live-list.ts';
import { groups, waiting, type GroupRow } from '../../state/store.ts';
import { go, href } from '../../router.ts';
import { formatCount } from '../../text/format.ts';
import { Button } from '../../ui/button.tsx';
import { confirm } from '../../ui/dialog.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Menu, type MenuItem } from '../../ui/menu.tsx';
import { Badge, Empty, Loading } from '../../ui/show.tsx';
import { say } from '../../state/news.ts';
import { GroupFiles } from '../files/group-files.tsx';
import { JoinGroup } from './join-group.tsx';
import { Pending } from './pending.tsx';
import { People } from './people.tsx';

/** One group: its files, or its people. */
export function Group({ group, section }: { readonly group: string; readonly section: string }) {
  const { rows } = useLive(groups);
  const row = rows?.find((known) => known.group === group);
  if (!rows) return <Loading what="Asking for the group…" />;
  if (!row || row.you === '-') return <Outside group={group} exists={row !== undefined} />;
  return (
    <>
      <GroupHead row={row} section={section} />
      {row.you === 'pending' && <Pending row={row} />}
      {row.you !== 'pending' && section === 'people' && <People row={row} />}
      {row.you !== 'pending' && section !== 'people' && <GroupFiles group={group} />}
    </>
  );
}

function GroupHead({ row, section }: { readonly row: GroupRow; readonly section: string }) {
  const { group } = row;
  const asking = waiting.value.get(group) ?? 0;
  const here = section === 'people' ? 'people' : 'files';
  return (
    <header class="head group-head">
      <a class="button quiet bare back" href={href('groups')} aria-label="All groups" title="All groups">
        <Icon name="back" />
      </a>
      <div class="head-text">
        <h1 class="ellipsis">{group}</h1>
        <p class="quiet">
          {formatCount(row.members, 'member')} · owner {row.owner}
        </p>
      </div>
      {row.you !== 'pending' && <Menu label={`More for ${group}`} items={actionsOf(row)} />}
      {row.you !== 'pending' && (
        <nav class="tabs" aria-label={`Parts of ${group}`}>
          <a href={href('groups', group)} {...(here === 'files' ? { 'aria-current': 'page' as const } : {})}>
            Files
          </a>
          <a
            href={href('groups', group, 'people')}
            {...(here === 'people' ? { 'aria-current': 'page' as const } : {})}
          >
            People <Badge count={asking} label={formatCount(asking, 'asks to join', 'ask to join')} />
          </a>
        </nav>
      )}
    </header>
  );
}

function actionsOf(row: GroupRow): MenuItem[] {
  if (row.you === 'owner') {
    return [{ text: 'Delete group…', danger: true, onClick: () => endGroup(row.group) }];
  }
  return [{ text: 'Leave group…', danger: true, onClick: () => leaveGroup(row.group) }];
}

async function leaveGroup(group: string): Promise<void> {
  const text = 'You stop sharing in it and see its files no longer. What you downloaded stays on your disk.';
  if (!(await confirm({ title: `Leave ${group}?`, text, action: 'Leave', danger: true }))) return;
  const { ended } = await call('leaveGroup', { group });
  say({ title: ended ? `${group} has ended` : `You have left ${group}` });
  go('groups');
}

async function endGroup(group: string): Promise<void> {
  const text =
    'The group ends for everybody in it. Files stay on the disks where they are. This cannot be undone.';
  if (!(await confirm({ title: `Delete ${group}?`, text, action: 'Delete for everybody', danger: true })))
    return;
  await call('deleteGroup', { group });
  say({ title: `${group} has ended` });
  go('groups');
}

function Outside({ group, exists }: { readonly group: string; readonly exists: boolean }) {
  const [asking, setAsking] = useState(false);
  return (
    <>
      <header class="head">
        <h1 class="ellipsis">{group}</h1>
      </header>
      <Empty
        icon="group"
        title={exists ? `You are not in ${group}` : `There is no group ${group}`}
        actions={
          <>
            {exists && (
              <Button kind="primary" onClick={() => setAsking(true)}>
                Ask to join
              </Button>
            )}
            <a class="button" href={href('groups')}>
              All groups
            </a>
          </>
        }
      >
        {exists ? 'Ask its owner to let you in.' : 'It may have ended, or it is spelled otherwise.'}
      </Empty>
      {asking && <JoinGroup name={group} onClose={() => setAsking(false)} />}
    </>
  );
}
