import { useEffect, useState } from 'preact/hooks';
import { Button } from '../../ui/button.tsx';
import { Loading, Notice } from '../../ui/show.tsx';
import type { OpenedLink } from './show-content.tsx';

interface PictureProps {
  readonly link: OpenedLink;
  readonly complete: boolean;
}

type State = 'waiting' | 'shown' | 'failed';

/** Says what went wrong, and tries again once bytes that were missing are here. */
function useShowing(complete: boolean): {
  state: State;
  turn: number;
  set: (state: State) => void;
  again: () => void;
} {
  const [state, set] = useState<State>('waiting');
  const [turn, setTurn] = useState(0);
  const again = (): void => {
    set('waiting');
    setTurn((last) => last + 1);
  };
  useEffect(() => {
    if (complete && state === 'failed') again();
  }, [complete]);
  return { state, turn, set, again };
}

export function PicturePreview({ link, complete }: PictureProps) {
  const { state, turn, set, again } = useShowing(complete);
  return (
    <div class="preview-stage">
      {state === 'waiting' && <Loading what="The picture appears as its bytes arrive…" />}
      {state === 'failed' ? (
        <Broken what="picture" complete={complete} type={link.type} onRetry={again} />
      ) : (
        <img
          key={turn}
          src={link.url}
          alt={link.name}
          onLoad={() => set('shown')}
          onError={() => set('failed')}
        />
      )}
    </div>
  );
}

interface MediaProps extends PictureProps {
  readonly kind: 'video' | 'audio';
}

export function MediaPreview({ kind, link, complete }: MediaProps) {
  const { state, turn, set, again } = useShowing(complete);
  const Player = kind;
  if (state === 'failed') {
    return (
      <div class="preview-stage">
        <Broken what={kind} complete={complete} type={link.type} onRetry={again} />
      </div>
    );
  }
  return (
    <div class="preview-stage">
      {/* Shared files bring no captions of their own. */}
      <Player
        key={turn}
        controls
        preload="metadata"
        src={link.url}
        aria-label={link.name}
        onLoadedMetadata={() => set('shown')}
        onWaiting={() => set('waiting')}
        onPlaying={() => set('shown')}
        onCanPlay={() => set('shown')}
        onError={() => set('failed')}
      />
      {state === 'waiting' && <Loading what="Waiting for its bytes…" />}
    </div>
  );
}

interface BrokenProps {
  readonly what: string;
  readonly complete: boolean;
  readonly type: string;
  readonly onRetry: () => void;
}

function Broken({ what, complete, type, onRetry }: BrokenProps) {
  return (
    <Notice
      title={complete ? `The browser cannot show this ${what}` : `Not enough of the ${what} is here yet`}
      actions={
        <Button small onClick={onRetry}>
          Try again
        </Button>
      }
    >
      {complete
        ? `It does not know the kind (${type}), or the file is damaged. A player may do better: its address is below.`
        : 'Or the browser does not know its kind. It is tried again when all of it is here.'}
    </Notice>
  );
}
