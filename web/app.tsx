import { session } from './api/client.ts';
import { useLive } from './state/live-list.ts';
import { nodeState } from './state/store.ts';
import { ConfirmHost } from './ui/dialog.tsx';
import { Loading } from './ui/show.tsx';
import { ConnectionBanner } from './views/connection-banner.tsx';
import { Entry } from './views/opening/entry.tsx';
import { NoSession } from './views/opening/no-session.tsx';
import { Shell } from './views/shell.tsx';
import { ChooseFilesHost } from './views/downloads/choose-files.tsx';
import { PlaceHost } from './views/files/place-browser.tsx';
import { Toasts } from './views/toasts.tsx';

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
  if (session.value === 'none') return <NoSession />;
  if (!node || session.value === 'unknown') return <Loading what="Looking for the node…" />;
  return node.state === 'logged-in' ? <Shell user={node.user ?? ''} /> : <Entry node={node} />;
}
