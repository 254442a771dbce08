import { useLive } from '../../state/live-list.ts';
import { places } from '../../state/store.ts';
import { CopyField, Failure, Loading } from '../../ui/show.tsx';
import { Facts } from './facts.tsx';

/** Folders that the page may read and write. */
export function PlacesSection() {
  const { rows, error } = useLive(places);
  if (!rows) return error ? <Failure error={error} /> : <Loading what="Asking the node…" />;
  return (
    <>
      <p>
        This page reads and writes in these folders only, so that a mistake or a stolen browser cannot reach
        further:
      </p>
      <ul class="rows">
        {rows.folders.map((folder) => (
          <li key={folder}>
            <span class="mono">{folder}</span>
          </li>
        ))}
      </ul>
      <Facts facts={[['Downloads go to', <span class="mono">{rows.downloads}</span>]]} />
      <div class="setting">
        <h3>Allow another folder</h3>
        <p>For safety this is done in a terminal on this computer:</p>
        <CopyField label="Command" value="mbt allow_folder /path/of/the/folder" />
      </div>
    </>
  );
}
