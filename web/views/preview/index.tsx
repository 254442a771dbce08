import { useEffect, useState } from 'preact/hooks';
import type { LocalResult } from '../../../src/api/local/contract.ts';
import { call } from '../../api/client.ts';
import { href } from '../../router.ts';
import { useLive } from '../../state/live-list.ts';
import { downloadOf, downloads, type ContentFileRow } from '../../state/store.ts';
import { Icon } from '../../ui/icon.tsx';
import { Failure, Loading } from '../../ui/show.tsx';
import { useAsked } from '../details/use-asked.ts';
import { FilePick } from './file-pick.tsx';
import { LoadedWords } from './loaded-words.tsx';
import { Show } from './show-content.tsx';
import './preview.css';

interface PreviewProps {
  readonly group: string;
  readonly file: string;
  /** Of a folder, the file inside. */
  readonly path?: string;
}

const MOVING_MS = 2_000;
const STILL_MS = 20_000;

/** A file of a download or share, looked at while it loads. */
export default function Preview({ group, file, path }: PreviewProps) {
  useLive(downloads);
  const row = downloadOf(group, file);
  const moving = row?.state === 'D';
  const inside = useAsked(
    moving ? MOVING_MS : STILL_MS,
    JSON.stringify([group, file, row?.state]),
    (signal) => call('listContentFiles', { group, file }, { signal }),
  );
  const rows = inside.value;
  return (
    <article class="preview">
      <header class="preview-head">
        <a class="back-link" href={href('transfer', group, file)}>
          <Icon name="back" /> {path === undefined ? 'Details' : <bdi>{file}</bdi>}
        </a>
        <h1>
          <bdi>{path ?? file}</bdi>
        </h1>
      </header>
      {rows ? (
        <Content group={group} file={file} path={path} rows={rows} running={moving} />
      ) : inside.error ? (
        <Waiting error={inside.error} again={inside.again} />
      ) : (
        <Loading what="Asking the node…" />
      )}
    </article>
  );
}

function Waiting({
  error,
  again,
}: {
  readonly error: { readonly code: string };
  readonly again: () => void;
}) {
  if (error.code !== 'NOT_READY') return <Failure error={error} onRetry={again} />;
  return <Loading what="What is in it is being asked of the others. It opens as soon as one answers." />;
}

interface ContentProps {
  readonly group: string;
  readonly file: string;
  readonly path: string | undefined;
  readonly rows: readonly ContentFileRow[];
  readonly running: boolean;
}

function Content({ group, file, path, rows, running }: ContentProps) {
  const single = rows.length === 1 && rows[0]?.path === file;
  if (path === undefined && !single) return <FilePick group={group} file={file} rows={rows} />;
  const chosen = rows.find((one) => one.path === (path ?? file));
  return (
    <>
      {chosen && <LoadedWords group={group} file={file} row={chosen} running={running} />}
      <Opened
        group={group}
        file={file}
        path={single ? undefined : path}
        complete={chosen?.doneBytes === chosen?.size}
      />
    </>
  );
}

interface OpenedProps {
  readonly group: string;
  readonly file: string;
  readonly path: string | undefined;
  readonly complete: boolean;
}

/** Asks the node for an address at which the bytes are, then shows what is there. */
function Opened({ group, file, path, complete }: OpenedProps) {
  const [link, setLink] = useState<LocalResult<'openLink'>>();
  const [error, setError] = useState<unknown>();
  const open = async (): Promise<void> => {
    try {
      setLink(await call('openLink', { group, file, ...(path === undefined ? {} : { path }) }));
      setError(undefined);
    } catch (thrown) {
      setError(thrown);
    }
  };
  useEffect(() => {
    setLink(undefined);
    void open();
  }, [group, file, path]);
  if (error !== undefined) return <Failure error={error} onRetry={open} />;
  return link ? <Show link={link} complete={complete} /> : <Loading what="Opening…" />;
}
