import { useState } from 'preact/hooks';
import type { FollowRow, WatchRow } from '../../../src/node/commands.ts';
import { call } from '../../api/client.ts';
import { LiveList, useLive } from '../../state/live-list.ts';
import { sentence } from '../../text/failures.ts';
import { formatBytes, formatCount } from '../../text/format.ts';
import { Button } from '../../ui/button.tsx';
import { confirm } from '../../ui/dialog.tsx';
import { Failure, Loading } from '../../ui/show.tsx';
import { FollowForm } from './follow-form.tsx';
import { WatchForm } from './watch-form.tsx';

const folders = new LiveList(
  () => call('listFolders', {}),
  (change) => change.what === 'folders' || change.what === 'account',
);

/** Folders whose contents are shared by themselves, and groups whose files come by themselves. */
export function FoldersSection() {
  const { rows, error } = useLive(folders);
  const [adding, setAdding] = useState<'watch' | 'follow'>();
  if (!rows) return error ? <Failure error={error} /> : <Loading what="Asking the node…" />;
  const close = (): void => {
    setAdding(undefined);
    void folders.refresh();
  };
  return (
    <>
      <div class="setting">
        <h3>Share what appears in a folder</h3>
        <p class="hint">Whatever is put there is shared with a group, as soon as it is complete.</p>
        <ul class="rows">
          {rows.watches.map((row) => (
            <Watched key={`${row.group} ${row.path}`} row={row} />
          ))}
        </ul>
        <Button icon="add" onClick={() => setAdding('watch')}>
          Watch a folder
        </Button>
      </div>
      <div class="setting">
        <h3>Download what a group shares</h3>
        <p class="hint">New files of the group come into a folder by themselves.</p>
        <ul class="rows">
          {rows.follows.map((row) => (
            <Followed key={row.group} row={row} />
          ))}
        </ul>
        <Button icon="add" onClick={() => setAdding('follow')}>
          Follow a group
        </Button>
      </div>
      {adding === 'watch' && <WatchForm onClose={close} />}
      {adding === 'follow' && <FollowForm onClose={close} />}
    </>
  );
}

function Watched({ row }: { readonly row: WatchRow }) {
  const { path, group, shared, waiting, fault } = row;
  const stop = async (): Promise<void> => {
    const sure = await confirm({
      title: 'Watch this folder no longer?',
      text: `What was shared from ${path} stays shared.`,
      action: 'Watch no longer',
    });
    if (!sure) return;
    await call('unwatchFolder', { path, group });
    await folders.refresh();
  };
  return (
    <li>
      <span class="row-main">
        <span>
          <span class="mono">{path}</span> → <bdi>{group}</bdi>
        </span>
        <span class="hint">
          {formatCount(shared, 'share')}
          {waiting > 0 && `, ${waiting} not complete yet`}
        </span>
        {fault !== null && <span class="row-warning">{sentence(fault)}</span>}
      </span>
      <Button small label={`Stop watching ${path}`} onClick={stop}>
        Stop
      </Button>
    </li>
  );
}

function Followed({ row }: { readonly row: FollowRow }) {
  const { group, folder, fetched, waiting, fault } = row;
  const stop = async (): Promise<void> => {
    const sure = await confirm({
      title: `Follow ${group} no longer?`,
      text: 'What has come already stays where it is.',
      action: 'Follow no longer',
    });
    if (!sure) return;
    await call('unfollowGroup', { group });
    await folders.refresh();
  };
  return (
    <li>
      <span class="row-main">
        <span>
          <bdi>{group}</bdi> → <span class="mono">{folder}</span>
        </span>
        <span class="hint">
          {termsWords(row)}. {formatCount(fetched, 'share')} fetched{waiting > 0 && `, ${waiting} waiting`}.
        </span>
        {fault !== null && <span class="row-warning">{sentence(fault)}</span>}
      </span>
      <Button small label={`Stop following ${group}`} onClick={stop}>
        Stop
      </Button>
    </li>
  );
}

function termsWords({ patterns, sizeMax, reserveBytes }: FollowRow): string {
  return [
    patterns.length === 0 ? 'Everything' : `Only ${patterns.join(', ')}`,
    ...(sizeMax === null ? [] : [`up to ${formatBytes(sizeMax)} each`]),
    ...(reserveBytes > 0 ? [`${formatBytes(reserveBytes)} stay free`] : []),
  ].join(', ');
}
