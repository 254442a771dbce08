import { useState } from 'preact/hooks';
import { call, toApiError, type ApiError } from '../../api/client.ts';
import { heldInvitation } from '../../state/held-invitation.ts';
import { sentence } from '../../text/failures.ts';
import { Button } from '../../ui/button.tsx';
import { Check, Field } from '../../ui/field.tsx';
import { Failure, Notice } from '../../ui/show.tsx';
import { afterLogIn } from './after-log-in.ts';
import type { EntryStep } from './entry.tsx';
import { Welcome } from './welcome.tsx';

interface LogInProps {
  /** What the node has to say about it, or nothing. */
  readonly text: string;
  readonly onStep: (step: EntryStep) => void;
}

export function LogIn({ text, onStep }: LogInProps) {
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const [remember, setRemember] = useState(true);
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const logIn = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy || user === '' || password === '') return;
    setBusy(true);
    setError(undefined);
    try {
      await call('login', { user, password, remember });
      await afterLogIn();
    } catch (thrown) {
      setError(toApiError(thrown));
      setBusy(false);
    }
  };
  return (
    <Welcome title="Log in">
      {heldInvitation.value !== undefined && (
        <Notice kind="good" title="The invitation is kept">
          Log in, or create an account; then its group is asked for by itself.
        </Notice>
      )}
      {isMore(text) && <Notice title={sentence(text)} />}
      <form class="form" onSubmit={(event) => void logIn(event)}>
        <Field label="Name" value={user} onInput={setUser} autocomplete="username" autofocus required />
        <Field
          label="Password"
          type="password"
          value={password}
          onInput={setPassword}
          autocomplete="current-password"
          required
        />
        <Check
          label="Stay logged in on this computer"
          checked={remember}
          onChange={setRemember}
          hint="After a restart everything is shared again by itself. Your password is not kept."
        />
        {error && <Failure error={error} />}
        <div class="actions end">
          <Button kind="primary" type="submit" busy={busy} disabled={user === '' || password === ''}>
            {busy ? 'Logging in…' : 'Log in'}
          </Button>
        </div>
      </form>
      <div class="other-ways">
        <p>
          New here?{' '}
          <Button small onClick={() => onStep('create')}>
            Create an account
          </Button>
        </p>
        <p>
          Password forgotten?{' '}
          <Button small onClick={() => onStep('recover')}>
            Use the recovery code
          </Button>
        </p>
      </div>
    </Welcome>
  );
}

/** The node says how to log in by a terminal, which is no news here. */
function isMore(text: string): boolean {
  return text !== '' && !text.startsWith('log in: ');
}
