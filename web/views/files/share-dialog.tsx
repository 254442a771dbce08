import { useRef } from 'preact/hooks';
import { attempt } from '../../state/news.ts';
import { shareDropped, sharePath } from '../../state/uploads.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Icon } from '../../ui/icon.tsx';
import { choosePlace } from './place-browser.tsx';
import { readChosen } from './dropped.ts';

/** The two ways to share: what the node can read is shared where it lies; what the browser has is handed over. */
export function ShareDialog({ group, onClose }: { readonly group: string; readonly onClose: () => void }) {
  const byPath = async (): Promise<void> => {
    onClose();
    const path = await choosePlace({ title: `Share in ${group}`, action: 'Share', what: 'file or folder' });
    if (path !== undefined) await attempt(() => sharePath(group, path));
  };
  return (
    <Dialog title={`Share in ${group}`} onClose={onClose}>
      <div class="ways">
        <section class="way">
          <Icon name="folder" />
          <h3>From a folder of the node</h3>
          <p>It stays where it is, nothing is copied. Best for what is large.</p>
          <Button kind="primary" onClick={() => void byPath()}>
            Choose…
          </Button>
        </section>
        <section class="way">
          <Icon name="up" />
          <h3>From this browser</h3>
          <p>A copy is handed to the node. You can also drag files or a folder onto the page at any time.</p>
          <div class="actions">
            <Picker text="Files…" folder={false} group={group} onDone={onClose} />
            <Picker text="A folder…" folder group={group} onDone={onClose} />
          </div>
        </section>
      </div>
    </Dialog>
  );
}

interface PickerProps {
  readonly text: string;
  readonly folder: boolean;
  readonly group: string;
  readonly onDone: () => void;
}

function Picker({ text, folder, group, onDone }: PickerProps) {
  const input = useRef<HTMLInputElement>(null);
  const take = (files: FileList | null): void => {
    for (const chosen of readChosen([...(files ?? [])])) shareDropped(group, chosen);
    onDone();
  };
  return (
    <>
      <input
        ref={input}
        type="file"
        hidden
        multiple
        aria-label={text}
        {...(folder ? { webkitdirectory: true } : {})}
        onChange={(event) => take(event.currentTarget.files)}
      />
      <Button onClick={() => input.current?.click()}>{text}</Button>
    </>
  );
}
