import { useState } from 'preact/hooks';
import type { LocalResult } from '../../../src/api/local/contract.ts';
import { call, toApiError, type ApiError } from '../../api/client.ts';
import { Button } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { Failure } from '../../ui/show.tsx';
import { afterLogIn } from './after-log-in.ts';
import type { EntryStep } from './entry.tsx';
import { RecoveryCode } from './recovery-code.tsx';
import { Welcome } from './welcome.tsx';

/** Sets a new password by the recovery code, shows the code that replaces it, logs in. */
export function Recover({ onStep }: { readonly onStep: (step: EntryStep) => void }) {
  const [made, setMade] = useState<LocalResult<'recoverUser'>>();
  const [user, setUser] = useState('');
  const [recoveryCode, setRecoveryCode] = useState('');
  const [password, setPassword] = useState('');
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const ready = user !== '' && recoveryCode !== '' && password !== '';
  const recover = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy || !ready) return;
    setBusy(true);
    setError(undefined);
    try {
      setMade(await call('recoverUser', { user, recoveryCode: recoveryCode.trim(), password }));
    } catch (thrown) {
      setError(toApiError(thrown));
    }
    setBusy(false);
  };
  const goOn = async (): Promise<void> => {
    await call('login', { user, password, remember: true });
    await afterLogIn();
  };
  if (made) return <RecoveryCode made={made} onKept={goOn} />;
  return (
    <Welcome title="Set a new password">
      <form class="form" onSubmit={(event) => void recover(event)}>
        <Field label="Name" value={user} onInput={setUser} autocomplete="username" autofocus required />
        <Field
          label="Recovery code"
          value={recoveryCode}
          onInput={setRecoveryCode}
          mono
          required
          hint="The one that was shown when the account was made. It works once; you get a new one."
        />
        <Field
          label="New password"
          type="password"
          value={password}
          onInput={setPassword}
          autocomplete="new-password"
          required
        />
        {error && <Failure error={error} />}
        <div class="actions end">
          <Button onClick={() => onStep('log-in')}>Back</Button>
          <Button kind="primary" type="submit" busy={busy} disabled={!ready}>
            Set password
          </Button>
        </div>
      </form>
    </Welcome>
  );
}
