import { useState } from 'preact/hooks';
import type { Diagnosis } from '../../../src/node/commands.ts';
import { call } from '../../api/client.ts';
import { Button } from '../../ui/button.tsx';
import { Icon, type IconName } from '../../ui/icon.tsx';
import { Failure, Loading } from '../../ui/show.tsx';
import { findingsOf, type Finding } from './findings.ts';

const ICONS: Record<Finding['level'], { readonly icon: IconName; readonly words: string }> = {
  good: { icon: 'check', words: 'Good' },
  note: { icon: 'bell', words: 'Note' },
  bad: { icon: 'warning', words: 'Problem' },
};

/** Looks for what may be wrong, and says it plainly. */
export function DoctorSection() {
  const [diagnosis, setDiagnosis] = useState<Diagnosis>();
  const [error, setError] = useState<unknown>();
  const [busy, setBusy] = useState(false);
  const look = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      setDiagnosis(await call('doctor', {}));
    } catch (thrown) {
      setError(thrown);
    }
    setBusy(false);
  };
  return (
    <>
      <p>
        Asks the trackers whether they answer and whether others can reach you, and looks at clock and disk.
      </p>
      <Button kind="primary" busy={busy} onClick={look}>
        {diagnosis ? 'Look again' : 'Look for problems'}
      </Button>
      {busy && <Loading what="Looking…" />}
      {error !== undefined && <Failure error={error} />}
      {diagnosis && !busy && <Findings diagnosis={diagnosis} />}
    </>
  );
}

function Findings({ diagnosis }: { readonly diagnosis: Diagnosis }) {
  const found = findingsOf(diagnosis);
  return (
    <>
      <ul class="findings" aria-live="polite">
        {found.map(({ level, text, advice }) => (
          <li key={text} class={level}>
            <Icon name={ICONS[level].icon} />
            <span>
              <span class="unseen">{ICONS[level].words}: </span>
              {text}
              {advice !== undefined && <span class="hint">{advice}</span>}
            </span>
          </li>
        ))}
      </ul>
      <p class="hint">
        Version {diagnosis.version}, Node.js {diagnosis.node}
      </p>
    </>
  );
}
