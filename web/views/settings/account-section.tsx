import { useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import { useLive } from '../../state/live-list.ts';
import { say } from '../../state/news.ts';
import { account } from '../../state/store.ts';
import { Button } from '../../ui/button.tsx';
import { confirm } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { CopyField, Failure, Loading } from '../../ui/show.tsx';
import { Facts } from './facts.tsx';

export function AccountSection() {
  const { rows, error } = useLive(account);
  if (!rows) return error ? <Failure error={error} /> : <Loading what="Asking the node…" />;
  return (
    <>
      <Facts facts={[['You are', <bdi>{rows.user}</bdi>]]} />
      <div class="setting">
        <h3>Your key code</h3>
        <CopyField label="Key code" value={rows.code} />
        <p class="hint">
          Others see this code beside your name when you ask to join. If they see another one, somebody else
          is asking in your name. Compare it over the phone or face to face.
        </p>
      </div>
      <PasswordForm />
      <div class="setting">
        <h3>Log out</h3>
        <Button onClick={logOut}>Log out</Button>
        <p class="hint">Sharing and downloading stop until somebody logs in again. Nothing is lost.</p>
      </div>
    </>
  );
}

async function logOut(): Promise<void> {
  const sure = await confirm({
    title: 'Log out?',
    text: 'This node stops sharing and downloading until you log in again, on this page or in a terminal.',
    action: 'Log out',
    danger: true,
  });
  if (sure) await call('logout', {});
}

function PasswordForm() {
  const [old, setOld] = useState('');
  const [fresh, setFresh] = useState('');
  const [again, setAgain] = useState('');
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const differs = again !== '' && again !== fresh;
  const ready = old !== '' && fresh !== '' && again === fresh;
  const change = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      await call('changePassword', { old, new: fresh });
      for (const clear of [setOld, setFresh, setAgain]) clear('');
      say({ kind: 'good', title: 'Your password is changed' });
    } catch (thrown) {
      setError(thrown);
    }
    setBusy(false);
  };
  return (
    <form
      class="setting password-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready && !busy) void change();
      }}
    >
      <h3>Change the password</h3>
      <Field
        label="Password now"
        type="password"
        autocomplete="current-password"
        value={old}
        onInput={setOld}
      />
      <Field
        label="New password"
        type="password"
        autocomplete="new-password"
        value={fresh}
        onInput={setFresh}
      />
      <Field
        label="New password again"
        type="password"
        autocomplete="new-password"
        value={again}
        onInput={setAgain}
        error={differs ? 'The two are not the same.' : undefined}
      />
      {error !== undefined && <Failure error={error} />}
      <Button type="submit" disabled={!ready} busy={busy}>
        Change password
      </Button>
    </form>
  );
}
