import { useState } from 'preact/hooks';
import { call, toApiError, type ApiError } from '../../api/client.ts';
import { groups } from '../../state/store.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { CopyField, Failure, Notice } from '../../ui/show.tsx';

interface Asked {
  readonly group: string;
  readonly owner: string;
  readonly code: string;
}

/** Asks to join by the link of an invitation, or by the group's name. */
export function JoinGroup({ name, onClose }: { readonly name: string; readonly onClose: () => void }) {
  const [asked, setAsked] = useState<Asked>();
  return (
    <Dialog
      title={asked ? 'You have asked' : 'Join a group'}
      onClose={onClose}
      actions={
        asked && (
          <Button kind="primary" onClick={onClose}>
            Done
          </Button>
        )
      }
    >
      {asked ? <Waiting asked={asked} /> : <Ask name={name} onAsked={setAsked} onClose={onClose} />}
    </Dialog>
  );
}

interface AskProps {
  readonly name: string;
  readonly onAsked: (asked: Asked) => void;
  readonly onClose: () => void;
}

function Ask({ name, onAsked, onClose }: AskProps) {
  const [text, setText] = useState(name);
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const ask = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (text.trim() === '' || busy) return;
    setBusy(true);
    try {
      onAsked(await askToJoin(text.trim()));
      void groups.refresh();
    } catch (thrown) {
      setError(toApiError(thrown));
      setBusy(false);
    }
  };
  return (
    <form class="form" onSubmit={(event) => void ask(event)}>
      <Field
        label="Invitation link, or name of the group"
        value={text}
        onInput={setText}
        autofocus
        placeholder="mbt://join/… or lab-7"
        hint="An invitation is best: with it, the owner's node knows for certain that it is you."
      />
      {error && <Failure error={error} />}
      <div class="actions end">
        <Button onClick={onClose}>Cancel</Button>
        <Button kind="primary" type="submit" busy={busy} disabled={text.trim() === ''}>
          Ask to join
        </Button>
      </div>
    </form>
  );
}

async function askToJoin(text: string): Promise<Asked> {
  if (text.includes('://')) return call('joinByInvitation', { link: text });
  return { group: text, ...(await call('joinGroup', { group: text })) };
}

function Waiting({ asked }: { readonly asked: Asked }) {
  return (
    <div class="form">
      <Notice kind="good" title={`${asked.owner} was asked to let you into ${asked.group}`}>
        You will be told as soon as there is an answer; you may close the page meanwhile.
      </Notice>
      <p>
        To be sure that nobody stands between you, {asked.owner} can compare this code with the one beside
        your request:
      </p>
      <CopyField label="Code" value={asked.code} />
    </div>
  );
}
