import { signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import { call, toApiError, type ApiError } from '../../api/client.ts';
import { nodeState } from '../../state/store.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { Failure } from '../../ui/show.tsx';
import { Welcome } from './welcome.tsx';

/** The invitation by which the node was set up: its group is asked for as soon as somebody is logged in. */
export const heldInvitation = signal<string | undefined>(undefined);

/** A fresh node needs to know its trackers: from an invitation, or from a list. */
export function SetUp() {
  const [text, setText] = useState('');
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const given = text.trim();
  const save = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (given === '' || busy) return;
    setBusy(true);
    try {
      const isInvitation = given.startsWith('mbt:');
      nodeState.put(await call('setUp', isInvitation ? { invitation: given } : { trackers: given }));
      if (isInvitation) heldInvitation.value = given;
    } catch (thrown) {
      setError(toApiError(thrown));
      setBusy(false);
    }
  };
  return (
    <Welcome title="Welcome">
      <p>
        Share large files within your group, straight from one computer to the other, encrypted. To begin,
        your node has to know the trackers that introduce you to each other.
      </p>
      <form class="form" onSubmit={(event) => void save(event)}>
        <Field
          label="Invitation link, or list of trackers"
          rows={4}
          mono
          value={text}
          onInput={setText}
          autofocus
          placeholder="mbt://join/…"
          hint="Somebody who is in the group already can send you either. A list has a tracker on each line, like 192.0.2.7:6969."
        />
        {error && <Failure error={error} />}
        <div class="actions end">
          <Button kind="primary" type="submit" busy={busy} disabled={given === ''}>
            Go on
          </Button>
        </div>
      </form>
    </Welcome>
  );
}
