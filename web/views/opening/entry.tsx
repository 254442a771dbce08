import { useState } from 'preact/hooks';
import { nodeState, type NodeState } from '../../state/store.ts';
import { Button } from '../../ui/button.tsx';
import { Loading } from '../../ui/show.tsx';
import { CreateAccount } from './create-account.tsx';
import { LogIn } from './log-in.tsx';
import { Recover } from './recover.tsx';
import { SetUp } from './set-up.tsx';
import { Welcome } from './welcome.tsx';

export type EntryStep = 'log-in' | 'create' | 'recover';

/** What comes before the groups, as the node stands. */
export function Entry({ node }: { readonly node: NodeState }) {
  const [step, setStep] = useState<EntryStep>('log-in');
  if (node.state === 'not-set-up') return <SetUp />;
  if (node.state === 'starting') {
    return (
      <Welcome title="One moment">
        <Loading what="Your node is starting…" />
      </Welcome>
    );
  }
  if (node.state === 'waiting') return <WaitForTracker text={node.text} />;
  if (step === 'create') return <CreateAccount onStep={setStep} />;
  if (step === 'recover') return <Recover onStep={setStep} />;
  return <LogIn onStep={setStep} text={node.text} />;
}

function WaitForTracker({ text }: { readonly text: string }) {
  return (
    <Welcome title="Waiting for a tracker">
      <Loading what={text || 'No tracker can be reached at the moment.'} />
      <p>Your node logs in by itself as soon as one answers. Is this computer online?</p>
      <div class="actions">
        <Button onClick={() => nodeState.refresh()}>Look again</Button>
      </div>
    </Welcome>
  );
}
