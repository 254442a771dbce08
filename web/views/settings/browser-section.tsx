import { forgetBrowser } from '../../state/open-page.ts';
import { Button } from '../../ui/button.tsx';
import { confirm } from '../../ui/dialog.tsx';

/** Ends the connection of this browser with the node. */
export function BrowserSection() {
  return (
    <>
      <p>
        This browser may use your node because you opened a link that <span class="mono">mbt web</span> gave.
        Others who use this computer under other names cannot.
      </p>
      <Button onClick={forget}>Forget this browser</Button>
      <p class="hint">Sharing and downloading go on. A new link from mbt web lets the browser in again.</p>
    </>
  );
}

async function forget(): Promise<void> {
  const sure = await confirm({
    title: 'Forget this browser?',
    text: 'The page closes here. To open it again, run “mbt web” in a terminal on this computer.',
    action: 'Forget it',
    danger: true,
  });
  if (!sure) return;
  await forgetBrowser();
}
