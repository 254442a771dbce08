import { call } from '../../api/client.ts';
import { useLive } from '../../state/live-list.ts';
import { account, groups, type GroupRow } from '../../state/store.ts';
import { Button } from '../../ui/button.tsx';
import { CopyField, Notice } from '../../ui/show.tsx';

/** Asked, not answered yet. */
export function Pending({ row }: { readonly row: GroupRow }) {
  const { rows: me } = useLive(account);
  const cancel = async (): Promise<void> => {
    await call('cancelRequest', { group: row.group });
    await groups.refresh();
  };
  return (
    <section class="card padded form">
      <Notice title={`Waiting for ${row.owner}`}>
        Your request stands. As soon as {row.owner} accepts it, the files of {row.group} appear here by
        themselves.
      </Notice>
      {me && (
        <>
          <p>{row.owner} sees this code beside your request, and can ask you for it:</p>
          <CopyField label="Code" value={me.code} />
        </>
      )}
      <div class="actions">
        <Button onClick={cancel}>Take the request back</Button>
      </div>
    </section>
  );
}
