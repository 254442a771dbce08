import { useState } from 'preact/hooks';
import { call, toApiError, type ApiError } from '../../api/client.ts';
import { holdInvitation } from '../../state/held-invitation.ts';
import { nodeState } from '../../state/store.ts';
import { firstWords, NO_INVITATION } from '../../text/first-words.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { Failure } from '../../ui/show.tsx';
import { Welcome } from './welcome.tsx';

/** A fresh node needs to know its trackers: from an invitation, or from a list. */
export function SetUp() {
  const [text, setText] = useState('');
  const [error, setError] = useState<ApiError>();
  const [fault, setFault] = useState<string>();
  const [busy, setBusy] = useState(false);
  const isEmpty = text.trim() === '';
  const save = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (isEmpty || busy) return;
    const given = firstWords(text);
    setFault(given ? undefined : NO_INVITATION);
    setError(undefined);
    if (!given) return;
    setBusy(true);
    try {
      const now = await call('setUp', given);
      holdInvitation('invitation' in given ? given.invitation : undefined);
      nodeState.put(now);
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
          error={fault}
          placeholder="mbt://join/…"
          hint="Somebody who is in the group already can send you either. A list has a tracker on each line, like 192.0.2.7:6969."
        />
        {error && <Failure error={error} />}
        <div class="actions end">
          <Button kind="primary" type="submit" busy={busy} disabled={isEmpty}>
            Go on
          </Button>
        </div>
      </form>
    </Welcome>
  );
}
