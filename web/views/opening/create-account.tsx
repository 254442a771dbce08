import { useState } from 'preact/hooks';
import type { LocalResult } from '../../../src/api/local/contract.ts';
import { call, toApiError, type ApiError } from '../../api/client.ts';
import { labelFault } from '../../text/label-fault.ts';
import { Button } from '../../ui/button.tsx';
import { Check, Field } from '../../ui/field.tsx';
import { Failure } from '../../ui/show.tsx';
import { afterLogIn } from './after-log-in.ts';
import type { EntryStep } from './entry.tsx';
import { RecoveryCode } from './recovery-code.tsx';
import { Welcome } from './welcome.tsx';

type Created = LocalResult<'createUser'>;

/** Makes an account, shows its recovery code once, logs in. */
export function CreateAccount({ onStep }: { readonly onStep: (step: EntryStep) => void }) {
  const [created, setCreated] = useState<{ made: Created; password: string; remember: boolean }>();
  if (!created)
    return (
      <Form
        onStep={onStep}
        onCreated={(made, password, remember) => setCreated({ made, password, remember })}
      />
    );
  const { made, password, remember } = created;
  const goOn = async (): Promise<void> => {
    await call('login', { user: made.user, password, remember });
    await afterLogIn();
  };
  return <RecoveryCode made={made} onKept={goOn} />;
}

interface FormProps {
  readonly onStep: (step: EntryStep) => void;
  readonly onCreated: (made: Created, password: string, remember: boolean) => void;
}

function Form({ onStep, onCreated }: FormProps) {
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const [again, setAgain] = useState('');
  const [remember, setRemember] = useState(true);
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const differs = again !== '' && again !== password;
  const ready = user !== '' && password !== '' && again === password && labelFault(user) === undefined;
  const create = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (busy || !ready) return;
    setBusy(true);
    setError(undefined);
    try {
      onCreated(await call('createUser', { user, password }), password, remember);
    } catch (thrown) {
      setError(toApiError(thrown));
      setBusy(false);
    }
  };
  return (
    <Welcome title="Create an account">
      <form class="form" onSubmit={(event) => void create(event)}>
        <Field
          label="Name"
          value={user}
          onInput={setUser}
          autocomplete="username"
          autofocus
          required
          error={labelFault(user)}
          hint="Others see you by it."
        />
        <Field
          label="Password"
          type="password"
          value={password}
          onInput={setPassword}
          autocomplete="new-password"
          required
          hint="Long is better than odd: a few words that nobody would guess. No tracker ever sees it."
        />
        <Field
          label="Password once more"
          type="password"
          value={again}
          onInput={setAgain}
          autocomplete="new-password"
          required
          error={differs ? 'This differs from the first one.' : undefined}
        />
        <Check label="Stay logged in on this computer" checked={remember} onChange={setRemember} />
        {error && <Failure error={error} />}
        <div class="actions end">
          <Button onClick={() => onStep('log-in')}>I have one already</Button>
          <Button kind="primary" type="submit" busy={busy} disabled={!ready}>
            {busy ? 'Creating…' : 'Create account'}
          </Button>
        </div>
      </form>
    </Welcome>
  );
}
