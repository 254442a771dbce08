import { signal } from '@preact/signals';
import { Dialog } from '../../ui/dialog.tsx';
import { ChooseFiles } from '../lazy-views.ts';

const chosen = signal<{ readonly group: string; readonly file: string } | undefined>(undefined);
const close = (): void => void (chosen.value = undefined);

/** Lets the user say which files inside of a download are wanted. */
export function chooseFiles(group: string, file: string): void {
  chosen.value = { group, file };
}

/** Stands once on the page. */
export function ChooseFilesHost() {
  const asked = chosen.value;
  if (!asked) return null;
  const { group, file } = asked;
  return (
    <Dialog key={`${group}/${file}`} title={`Files of ${file}`} wide onClose={close}>
      <ChooseFiles group={group} file={file} onClose={close} />
    </Dialog>
  );
}
