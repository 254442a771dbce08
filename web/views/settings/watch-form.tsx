import { useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import { say } from '../../state/news.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Failure } from '../../ui/show.tsx';
import { PlaceField } from '../parts/place-field.tsx';
import { GroupChoice } from './group-choice.tsx';

/** Asks which folder is to be watched, and for which group. */
export function WatchForm({ onClose }: { readonly onClose: () => void }) {
  const [path, setPath] = useState('');
  const [group, setGroup] = useState('');
  const [error, setError] = useState<unknown>();
  const watch = async (): Promise<void> => {
    try {
      await call('watchFolder', { path: path.trim(), group });
    } catch (thrown) {
      setError(thrown);
      return;
    }
    say({ kind: 'good', title: 'The folder is watched' });
    onClose();
  };
  return (
    <Dialog
      title="Share what appears in a folder"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" disabled={path.trim() === '' || group === ''} onClick={watch}>
            Watch it
          </Button>
        </>
      }
    >
      <div class="form">
        <PlaceField
          title="Watch which folder?"
          label="Folder"
          value={path}
          onInput={setPath}
          placeholder="/home/you/results"
          hint="Each file or folder in it becomes a share once nobody writes to it any more."
        />
        <GroupChoice value={group} onChange={setGroup} />
        {error !== undefined && <Failure error={error} />}
      </div>
    </Dialog>
  );
}
