import { useState } from 'preact/hooks';
import { call, toApiError, type ApiError } from '../../api/client.ts';
import { go } from '../../router.ts';
import { heldInvitation, holdInvitation } from '../../state/held-invitation.ts';
import { say } from '../../state/news.ts';
import { groups } from '../../state/store.ts';
import { firstWords, NO_INVITATION } from '../../text/first-words.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { Failure } from '../../ui/show.tsx';

/** For who set up the node by an invitation in another browser: the link once more, or the one that is kept. */
export function Invited() {
  const [text, setText] = useState(heldInvitation.value ?? '');
  const [fault, setFault] = useState<string>();
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const isKept = heldInvitation.value !== undefined;
  const forget = (): void => {
    holdInvitation(undefined);
    setText('');
  };
  const ask = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (text.trim() === '' || busy) return;
    const given = firstWords(text);
    const link = given && 'invitation' in given ? given.invitation : undefined;
    setFault(link === undefined ? NO_INVITATION : undefined);
    setError(undefined);
    if (link === undefined) return;
    setBusy(true);
    try {
      await askByLink(link);
    } catch (thrown) {
      setError(toApiError(thrown));
    }
    setBusy(false);
  };
  return (
    <form class="card padded form invited" onSubmit={(event) => void ask(event)}>
      <Field
        label={isKept ? 'The invitation that is kept' : 'You were invited? Paste the link again'}
        value={text}
        onInput={setText}
        error={fault}
        placeholder="mbt://join/…"
      />
      {error && <Failure error={error} />}
      <div class="actions end">
        {heldInvitation.value !== undefined && <Button onClick={forget}>Forget it</Button>}
        <Button kind="primary" type="submit" busy={busy} disabled={text.trim() === ''}>
          Use the invitation
        </Button>
      </div>
    </form>
  );
}

async function askByLink(link: string): Promise<void> {
  const { group, owner } = await call('joinByInvitation', { link });
  holdInvitation(undefined);
  say({ kind: 'good', title: `${owner} was asked to let you into ${group}` });
  go('groups', group);
  await groups.refresh();
}
