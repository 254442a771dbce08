import { useState } from 'preact/hooks';
import { call } from '../../api/client.ts';
import { say } from '../../state/news.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { Failure } from '../../ui/show.tsx';
import { PlaceField } from '../parts/place-field.tsx';
import { FOLLOW_START, toFollowTerms, type FollowDraft } from './follow-terms.ts';
import { GroupChoice } from './group-choice.tsx';

/** Asks which group is to be followed, into which folder, and what of it is wanted. */
export function FollowForm({ onClose }: { readonly onClose: () => void }) {
  const [group, setGroup] = useState('');
  const [folder, setFolder] = useState('');
  const [draft, setDraft] = useState(FOLLOW_START);
  const [error, setError] = useState<unknown>();
  const terms = toFollowTerms(draft);
  const wrong = 'wrong' in terms ? terms.wrong : undefined;
  const follow = async (): Promise<void> => {
    if ('wrong' in terms) return;
    try {
      await call('followGroup', { group, folder: folder.trim(), terms });
    } catch (thrown) {
      setError(thrown);
      return;
    }
    say({ kind: 'good', title: `${group} is followed` });
    onClose();
  };
  return (
    <Dialog
      title="Download what a group shares"
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="primary"
            disabled={group === '' || folder.trim() === '' || wrong !== undefined}
            onClick={follow}
          >
            Follow it
          </Button>
        </>
      }
    >
      <div class="form">
        <GroupChoice value={group} onChange={setGroup} />
        <PlaceField
          title="Into which folder?"
          label="Into the folder"
          value={folder}
          onInput={setFolder}
          placeholder="/home/you/from-the-lab"
        />
        <TermFields
          draft={draft}
          wrong={wrong}
          onChange={(part) => setDraft((last) => ({ ...last, ...part }))}
        />
        {error !== undefined && <Failure error={error} />}
      </div>
    </Dialog>
  );
}

interface TermFieldsProps {
  readonly draft: FollowDraft;
  readonly wrong: keyof FollowDraft | undefined;
  readonly onChange: (part: Partial<FollowDraft>) => void;
}

function TermFields({ draft, wrong, onChange }: TermFieldsProps) {
  return (
    <>
      <Field
        label="Only names like"
        mono
        value={draft.patterns}
        onInput={(patterns) => onChange({ patterns })}
        placeholder="*.csv results* !*.tmp"
        hint="* stands for anything, ! leaves out. Nothing here: everything comes."
        error={wrong === 'patterns' ? 'At most 100 patterns of 256 characters.' : undefined}
      />
      <div class="two-fields">
        <Field
          label="At most, GiB each"
          value={draft.sizeMax}
          onInput={(sizeMax) => onChange({ sizeMax })}
          placeholder="any size"
          error={wrong === 'sizeMax' ? 'A number above 0, or nothing.' : undefined}
        />
        <Field
          label="Leave free on the disk, GiB"
          value={draft.reserve}
          onInput={(reserve) => onChange({ reserve })}
          placeholder="0"
          error={wrong === 'reserve' ? 'A number, or nothing.' : undefined}
        />
      </div>
    </>
  );
}
