import { signal } from '@preact/signals';
import type { LocalResult } from '../../../src/api/local/contract.ts';
import { useEffect, useRef, useState } from 'preact/hooks';
import { call, toApiError, type ApiError } from '../../api/client.ts';
import { useLive } from '../../state/live-list.ts';
import { places } from '../../state/store.ts';
import { formatBytes } from '../../text/format.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Failure, Loading } from '../../ui/show.tsx';

interface Wish {
  readonly title: string;
  /** What the button says. */
  readonly action: string;
  readonly what: 'folder' | 'file or folder';
}
type Listing = LocalResult<'listPlace'>;

const wish = signal<(Wish & { readonly answer: (path: string | undefined) => void }) | undefined>(undefined);

/** Lets the user choose among the places that the page may use; undefined when they did not. */
export function choosePlace(given: Wish): Promise<string | undefined> {
  wish.value?.answer(undefined);
  return new Promise((resolve) => {
    const answer = (path: string | undefined): void => {
      wish.value = undefined;
      resolve(path);
    };
    wish.value = { ...given, answer };
  });
}

/** Shows what `choosePlace` asks; stands once on the page. */
export function PlaceHost() {
  const asked = wish.value;
  return asked ? <PlaceBrowser key={asked.title} {...asked} /> : null;
}

function PlaceBrowser({
  title,
  action,
  what,
  answer,
}: Wish & { answer: (path: string | undefined) => void }) {
  const { rows: known, error: noPlaces } = useLive(places);
  const [path, setPath] = useState<string>();
  const [chosen, setChosen] = useState<string>();
  const { listing, error } = useListing(path);
  const open = (to: string | undefined): void => {
    setPath(to);
    setChosen(undefined);
  };
  const result = chosen ?? path;
  const roots = known?.folders ?? [];
  return (
    <Dialog
      title={title}
      wide
      onClose={() => answer(undefined)}
      actions={
        <>
          <output class="chosen ellipsis">
            <bdi>{result ?? 'Nothing chosen yet'}</bdi>
          </output>
          <Button onClick={() => answer(undefined)}>Cancel</Button>
          <Button kind="primary" disabled={result === undefined} onClick={() => answer(result)}>
            {action}
          </Button>
        </>
      }
    >
      {(error ?? noPlaces) && <Failure error={error ?? noPlaces} />}
      {path === undefined && <Roots folders={roots} onOpen={open} />}
      {path !== undefined && !listing && !error && <Loading what="Reading the folder…" />}
      {path !== undefined && (listing || error) && (
        <Entries
          listing={listing}
          foldersOnly={what === 'folder'}
          chosen={chosen}
          onUp={() => open(listing?.parent ?? undefined)}
          onOpen={open}
          onChoose={setChosen}
        />
      )}
    </Dialog>
  );
}

function useListing(path: string | undefined): { listing: Listing | undefined; error: ApiError | undefined } {
  const [state, setState] = useState<{ listing?: Listing; error?: ApiError }>({});
  useEffect(() => {
    setState({});
    if (path === undefined) return undefined;
    const abort = new AbortController();
    call('listPlace', { path }, { signal: abort.signal }).then(
      (listing) => setState({ listing }),
      (thrown: unknown) => {
        if (!abort.signal.aborted) setState({ error: toApiError(thrown) });
      },
    );
    return () => abort.abort();
  }, [path]);
  return { listing: state.listing, error: state.error };
}

function Roots({
  folders,
  onOpen,
}: {
  readonly folders: readonly string[];
  readonly onOpen: (path: string) => void;
}) {
  const list = useRef<HTMLUListElement>(null);
  useFocus(list, folders.length);
  return (
    <>
      <ul ref={list} class="place-list" aria-label="Places">
        {folders.map((folder) => (
          <li key={folder}>
            <button type="button" onClick={() => onOpen(folder)}>
              <Icon name="folder" />
              <span class="ellipsis">{folder}</span>
            </button>
          </li>
        ))}
      </ul>
      <p class="hint">
        The page may use these folders only. To add one, type in a terminal:{' '}
        <code>mbt allow_folder PATH</code>
      </p>
    </>
  );
}

/** What had the focus before, the button that led here, is gone when another list is shown. */
function useFocus(list: { readonly current: HTMLElement | null }, shown: unknown): void {
  useEffect(() => {
    if (!list.current?.contains(document.activeElement)) list.current?.querySelector('button')?.focus();
  }, [shown]);
}

interface EntriesProps {
  readonly listing: Listing | undefined;
  readonly foldersOnly: boolean;
  readonly chosen: string | undefined;
  readonly onUp: () => void;
  readonly onOpen: (path: string) => void;
  readonly onChoose: (path: string) => void;
}

function Entries({ listing, foldersOnly, chosen, onUp, onOpen, onChoose }: EntriesProps) {
  const list = useRef<HTMLUListElement>(null);
  useFocus(list, listing?.path);
  const entries = (listing?.entries ?? []).filter((entry) => entry.folder || !foldersOnly);
  return (
    <ul ref={list} class="place-list" aria-label={listing?.path ?? 'Folder'}>
      <li>
        <button type="button" onClick={onUp}>
          <Icon name="back" /> {listing?.parent ? 'Up' : 'All places'}
        </button>
      </li>
      {entries.map((entry) => (
        <li key={entry.path}>
          <button
            type="button"
            {...(entry.folder ? {} : { 'aria-pressed': chosen === entry.path })}
            onClick={() => (entry.folder ? onOpen(entry.path) : onChoose(entry.path))}
          >
            <Icon name={entry.folder ? 'folder' : 'file'} />
            <span class="ellipsis grow">{entry.name}</span>
            {!entry.folder && <span class="quiet">{formatBytes(entry.size)}</span>}
          </button>
        </li>
      ))}
      {entries.length === 0 && (
        <li class="quiet pad">{foldersOnly ? 'No folders in it.' : 'Nothing in it.'}</li>
      )}
      {listing?.more && <li class="quiet pad">There is more than can be shown here.</li>}
    </ul>
  );
}
