import { useState } from 'preact/hooks';
import { call, type ApiError, toApiError } from '../../api/client.ts';
import { go } from '../../router.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { Failure } from '../../ui/show.tsx';
import { groups } from '../../state/store.ts';
import { labelFault } from '../../text/label-fault.ts';

export function CreateGroup({ onClose }: { readonly onClose: () => void }) {
  const [name, setName] = useState('');
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const fault = name === '' ? undefined : labelFault(name);
  const create = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (name === '' || fault || busy) return;
    setBusy(true);
    try {
      await call('createGroup', { group: name });
      await groups.refresh();
      onClose();
      go('groups', name, 'people');
    } catch (thrown) {
      setError(toApiError(thrown));
    }
    setBusy(false);
  };
  return (
    <Dialog title="New group" onClose={onClose}>
      <form class="form" onSubmit={(event) => void create(event)}>
        <p>You own the group: you decide who is in it. Others find it by its name or by an invitation.</p>
        <Field
          label="Name of the group"
          value={name}
          onInput={setName}
          error={fault}
          autofocus
          hint="For example: lab-7"
        />
        {error && <Failure error={error} />}
        <div class="actions end">
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" busy={busy} disabled={name === '' || fault !== undefined}>
            Create group
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
