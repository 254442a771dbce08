import { useLive } from '../../state/live-list.ts';
import { groups, ownGroups } from '../../state/store.ts';
import { Choice } from '../../ui/field.tsx';
import { Notice } from '../../ui/show.tsx';

interface GroupChoiceProps {
  readonly value: string;
  readonly onChange: (group: string) => void;
}

/** One of the groups that the user is in. `value` empty: none chosen yet. */
export function GroupChoice({ value, onChange }: GroupChoiceProps) {
  useLive(groups);
  const names = ownGroups.value
    .filter((row) => row.you === 'owner' || row.you === 'member')
    .map((row) => row.group);
  if (groups.value.value && names.length === 0) {
    return <Notice title="You are in no group yet">Make one or ask to join one first.</Notice>;
  }
  return (
    <Choice
      label="Group"
      value={value}
      options={[['', 'Choose a group'], ...names.map((name) => [name, name] as const)]}
      onChange={onChange}
    />
  );
}
