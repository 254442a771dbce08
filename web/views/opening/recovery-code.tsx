import { useState } from 'preact/hooks';
import type { LocalResult } from '../../../src/api/local/contract.ts';
import { Button } from '../../ui/button.tsx';
import { Check } from '../../ui/field.tsx';
import { CopyField, Notice } from '../../ui/show.tsx';
import { Welcome } from './welcome.tsx';

interface RecoveryCodeProps {
  readonly made: LocalResult<'createUser'>;
  readonly onKept: () => Promise<void>;
}

/** Shown once. Nobody goes on by accident: it is the only way back in without the password. */
export function RecoveryCode({ made, onKept }: RecoveryCodeProps) {
  const [kept, setKept] = useState(false);
  return (
    <Welcome title="Keep your recovery code">
      <p>
        If you ever forget your password, this code is the only way to set a new one. Nobody else has it, and
        it is shown only now. Print it, or put it where you keep passwords.
      </p>
      <CopyField label="Recovery code" value={made.recoveryCode} />
      <div class="actions">
        <Button icon="down" onClick={() => download(made.user, made.recoveryCode)}>
          Save as a file
        </Button>
      </div>
      {made.weakness !== undefined && (
        <Notice kind="bad" title={`Easy to guess: ${made.weakness}`}>
          The account is made all the same. You can change the password under Settings.
        </Notice>
      )}
      <form class="form" onSubmit={(event) => event.preventDefault()}>
        <Check label="I have kept the code" checked={kept} onChange={setKept} />
        <div class="actions end">
          <Button kind="primary" disabled={!kept} onClick={onKept}>
            Go on
          </Button>
        </div>
      </form>
    </Welcome>
  );
}

function download(user: string, code: string): void {
  const text = `Mini-BitTorrent recovery code of ${user}:\n\n${code}\n\nWith it a new password can be set. Keep it secret.\n`;
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `recovery-code-${user}.txt`;
  link.click();
  URL.revokeObjectURL(url);
}
