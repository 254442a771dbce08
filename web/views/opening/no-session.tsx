import { Button } from '../../ui/button.tsx';
import { Welcome } from './welcome.tsx';

/** This browser shows no session: only who runs the node gets the link that gives one. */
export function NoSession() {
  return (
    <Welcome title="Open the page from your terminal">
      <p>
        This page belongs to a node that runs on this computer, and it opens only for whoever runs that node.
        In a terminal, type:
      </p>
      <pre class="command">
        <code>mbt web</code>
      </pre>
      <p>
        It prints a link and opens it. The link works once and within a few minutes; this browser is
        remembered afterwards, unless it keeps nothing of what pages store, or that is cleared.
      </p>
      <div class="actions end">
        <Button onClick={() => window.location.reload()}>Try again</Button>
      </div>
    </Welcome>
  );
}
