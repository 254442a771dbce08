import { useState } from 'preact/hooks';
import type { Invitation } from '../../../src/node/commands.ts';
import { call } from '../../api/client.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Check, Choice, Field } from '../../ui/field.tsx';
import { Failure } from '../../ui/show.tsx';
import { LIFETIMES } from './invitation-words.ts';

interface InviteFormProps {
  readonly group: string;
  readonly onClose: () => void;
  readonly onMade: (invitation: Invitation) => void;
}

const WEEK_SECONDS = '604800';
const USES_MAX = 1000;

/** For how long, for how many, and whether they are let in by themselves. */
export function InviteForm({ group, onClose, onMade }: InviteFormProps) {
  const [seconds, setSeconds] = useState(WEEK_SECONDS);
  const [uses, setUses] = useState('1');
  const [auto, setAuto] = useState(false);
  const [error, setError] = useState<unknown>();
  const count = /^\d{1,4}$/.test(uses.trim()) ? Number(uses) : 0;
  const valid = count >= 1 && count <= USES_MAX;
  const make = async (): Promise<void> => {
    try {
      onMade(
        await call('invite', { group, terms: { expiresInSeconds: Number(seconds), uses: count, auto } }),
      );
    } catch (thrown) {
      setError(thrown);
    }
  };
  return (
    <Dialog
      title={`Invite to ${group}`}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" disabled={!valid} onClick={make}>
            Make the link
          </Button>
        </>
      }
    >
      <div class="form">
        <Choice
          label="Good for"
          value={seconds}
          options={LIFETIMES.map(({ seconds: value, words }) => [String(value), words] as const)}
          onChange={setSeconds}
        />
        <Field
          label="How many people"
          type="number"
          value={uses}
          onInput={setUses}
          error={valid ? undefined : `A number from 1 to ${USES_MAX}.`}
        />
        <Check
          label="Let them in without asking me"
          hint="Whoever has the link gets in while this node is running. Otherwise you accept each one yourself."
          checked={auto}
          onChange={setAuto}
        />
        {error !== undefined && <Failure error={error} />}
      </div>
    </Dialog>
  );
}
