import type { LocalResult } from '../../../src/api/local/contract.ts';
import { CopyField } from '../../ui/show.tsx';
import { MediaPreview, PicturePreview } from './media-preview.tsx';
import { TextPreview } from './text-preview.tsx';

export type OpenedLink = LocalResult<'openLink'>;

interface ShowProps {
  readonly link: OpenedLink;
  /** All bytes of the file are here. */
  readonly complete: boolean;
}

/** What the file looks like, and how else to open it. */
export function Show({ link, complete }: ShowProps) {
  return (
    <>
      <Kind link={link} complete={complete} />
      <Elsewhere link={link} />
    </>
  );
}

function Kind({ link, complete }: ShowProps) {
  switch (link.preview) {
    case 'image':
      return <PicturePreview key={link.url} link={link} complete={complete} />;
    case 'video':
    case 'audio':
      return <MediaPreview key={link.url} kind={link.preview} link={link} complete={complete} />;
    case 'text':
      return <TextPreview link={link} />;
    case 'none':
      return <p>The page cannot show this kind of file ({link.type}). Another program may.</p>;
  }
}

function Elsewhere({ link }: { readonly link: OpenedLink }) {
  const address = new URL(link.url, window.location.origin).href;
  return (
    <section class="card elsewhere" aria-labelledby="elsewhere-title">
      <h2 id="elsewhere-title">Open in a player or another program</h2>
      <p class="hint">
        Give it this address. It works on this computer only and while the node runs, and it is secret:
        whoever has it can read the file.
      </p>
      <CopyField label="Address" value={address} />
      <p>
        <a href={link.url} target="_blank" rel="noreferrer noopener">
          Open in a window of its own
        </a>
      </p>
    </section>
  );
}
