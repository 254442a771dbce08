import { useEffect } from 'preact/hooks';
import { session } from './api/client.ts';
import { askAllAnew, clearLists, useLive } from './state/live-list.ts';
import { nodeState } from './state/store.ts';
import { ConfirmHost } from './ui/dialog.tsx';
import { Loading } from './ui/show.tsx';
import { ConnectionBanner } from './views/connection-banner.tsx';
import { Entry } from './views/opening/entry.tsx';
import { NoSession } from './views/opening/no-session.tsx';
import { Shell } from './views/shell.tsx';
import { ChooseFilesHost } from './views/downloads/choose-files-host.tsx';
import { PlaceHost } from './views/files/place-browser.tsx';
import { Toasts } from './views/toasts.tsx';

/** Another account: what the one before could see is nobody's business any more. */
function forgetOthers(): void {
  const known = nodeState.value.peek();
  clearLists();
  if (known) nodeState.put(known);
  askAllAnew();
}

export function App() {
  return (
    <>
      <ConnectionBanner />
      <Page />
      <ChooseFilesHost />
      <PlaceHost />
      <Toasts />
      <ConfirmHost />
    </>
  );
}

function Page() {
  const { rows: node } = useLive(nodeState);
  const user = node?.user;
  useEffect(() => forgetOthers(), [user]);
  if (session.value === 'none') return <NoSession />;
  if (!node || session.value === 'unknown') return <Loading what="Looking for the node…" />;
  return node.state === 'logged-in' ? <Shell user={node.user ?? ''} /> : <Entry node={node} />;
}
