import { useEffect, useState } from 'preact/hooks';
import type { Exported } from '../../../src/node/commands.ts';
import { call } from '../../api/client.ts';
import { places } from '../../state/store.ts';
import { useLive } from '../../state/live-list.ts';
import { formatTime } from '../../text/format.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Failure, Notice } from '../../ui/show.tsx';
import { PlaceField } from '../parts/place-field.tsx';

interface ExportProps {
  readonly group: string;
  readonly file: string;
  readonly onClose: () => void;
}

/** Writes what another BitTorrent program needs, and says what was written. */
export function ExportDialog({ group, file, onClose }: ExportProps) {
  const { rows: allowed } = useLive(places);
  const [folder, setFolder] = useState('');
  const [done, setDone] = useState<Exported>();
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    if (allowed) setFolder((last) => (last === '' ? allowed.downloads : last));
  }, [allowed]);
  const write = async (): Promise<void> => {
    try {
      setDone(await call('exportTorrent', { group, file, folder }));
      setError(undefined);
    } catch (thrown) {
      setError(thrown);
    }
  };
  return (
    <Dialog
      title="Export for other programs"
      onClose={onClose}
      actions={
        done ? (
          <Button kind="primary" onClick={onClose}>
            Done
          </Button>
        ) : (
          <Button kind="primary" disabled={folder.trim() === ''} onClick={write}>
            Write the files
          </Button>
        )
      }
    >
      {done ? (
        <Written done={done} />
      ) : (
        <div class="form">
          <p>
            Programs that can do encrypted torrents take part with two files: the .torrent and your key of
            this group. Whoever has the key can act as you in the group: give it to nobody.
          </p>
          <PlaceField title="Write where?" label="Folder to write to" value={folder} onInput={setFolder} />
        </div>
      )}
      {error !== undefined && !done && <Failure error={error} />}
    </Dialog>
  );
}

function Written({ done }: { readonly done: Exported }) {
  return (
    <Notice kind="good" title="Written">
      <p>
        In <span class="mono">{done.folder}</span>:
      </p>
      <ul class="written">
        {[...done.written, ...done.kept].map((name) => (
          <li key={name} class="mono">
            {name}
          </li>
        ))}
      </ul>
      <p>
        The key in <span class="mono">{done.key}</span> is good until {formatTime(done.endsAtMs)}; export
        again after that.
      </p>
    </Notice>
  );
}
