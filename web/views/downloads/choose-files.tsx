import { useEffect, useMemo, useState } from 'preact/hooks';
import { call, toApiError, type ApiError } from '../../api/client.ts';
import { pause } from '../../clock.ts';
import { downloadOf, downloads, type ContentFileRow } from '../../state/store.ts';
import { formatBytes, formatCount } from '../../text/format.ts';
import { Button } from '../../ui/button.tsx';
import { Failure, Loading } from '../../ui/show.tsx';
import { FileTree } from './file-tree-view.tsx';
import { toTree } from './file-tree.ts';

interface ChooseProps {
  readonly group: string;
  readonly file: string;
  readonly onClose: () => void;
}

/** The files inside of a download, to tick. */
export default function ChooseFiles({ group, file, onClose }: ChooseProps) {
  const { rows, error } = useContents(group, file);
  return (
    <>
      {error && <Failure error={error} />}
      {!rows && !error && (
        <Loading what="Waiting for the list of its files: it comes from a member who has it…" />
      )}
      {rows && <Choosing group={group} file={file} rows={rows} onClose={onClose} />}
    </>
  );
}

/** Asks until the description has come. */
function useContents(
  group: string,
  file: string,
): { rows: ContentFileRow[] | undefined; error: ApiError | undefined } {
  const [state, setState] = useState<{ rows?: ContentFileRow[]; error?: ApiError }>({});
  useEffect(() => {
    const abort = new AbortController();
    const ask = async (): Promise<void> => {
      while (!abort.signal.aborted) {
        try {
          return setState({
            rows: await call('listContentFiles', { group, file }, { signal: abort.signal }),
          });
        } catch (thrown) {
          if (abort.signal.aborted) return;
          const error = toApiError(thrown);
          if (error.code !== 'NOT_READY') return setState({ error });
        }
        await pause(700, abort.signal);
      }
    };
    void ask();
    return () => abort.abort();
  }, [group, file]);
  return { rows: state.rows, error: state.error };
}

function Choosing({
  group,
  file,
  rows,
  onClose,
}: ChooseProps & { readonly rows: readonly ContentFileRow[] }) {
  const tree = useMemo(() => toTree(rows), [rows]);
  const [wanted, setWanted] = useState<ReadonlySet<string>>(
    () => new Set(rows.filter((row) => row.priority !== 'skip').map((row) => row.path)),
  );
  const size = rows.reduce((sum, row) => sum + (wanted.has(row.path) ? row.size : 0), 0);
  const save = async (): Promise<void> => {
    await keepChoice(group, file, rows, wanted);
    onClose();
  };
  if (rows.length === 1) return <OneFile group={group} file={file} onClose={onClose} />;
  return (
    <>
      <div class="line wrap">
        <p class="grow quiet" role="status">
          {formatCount(wanted.size, 'file')} of {rows.length.toLocaleString('en')}, {formatBytes(size)}
        </p>
        <Button small onClick={() => setWanted(new Set(rows.map((row) => row.path)))}>
          All
        </Button>
        <Button small onClick={() => setWanted(new Set())}>
          None
        </Button>
      </div>
      <FileTree nodes={tree} wanted={wanted} onChange={setWanted} openAll={rows.length <= 60} />
      <div class="actions end">
        <Button onClick={onClose}>Cancel</Button>
        <Button kind="primary" disabled={wanted.size === 0} onClick={save}>
          {downloadOf(group, file)?.state === 'P' ? 'Download these' : 'Keep this choice'}
        </Button>
      </div>
    </>
  );
}

/** Whether a download has several files is known only when their list has come. */
function OneFile({ group, file, onClose }: ChooseProps) {
  const isHeld = downloadOf(group, file)?.state === 'P';
  const start = async (): Promise<void> => {
    await call('resumeDownload', { group, file });
    await downloads.refresh();
    onClose();
  };
  return (
    <>
      <p>There is only one file: nothing is left to choose.</p>
      <div class="actions end">
        <Button onClick={onClose}>Close</Button>
        {isHeld && (
          <Button kind="primary" onClick={start}>
            Download it
          </Button>
        )}
      </div>
    </>
  );
}

async function keepChoice(
  group: string,
  file: string,
  rows: readonly ContentFileRow[],
  wanted: ReadonlySet<string>,
): Promise<void> {
  const changed = (now: boolean): string[] =>
    rows
      .filter(({ path, priority }) => wanted.has(path) === now && (priority !== 'skip') !== now)
      .map(({ path }) => path);
  // First what comes in: nothing at all is never wanted.
  for (const [paths, priority] of [[changed(true), 'normal'] as const, [changed(false), 'skip'] as const]) {
    if (paths.length > 0) await call('setPriority', { group, file, paths, priority });
  }
  if (downloadOf(group, file)?.state === 'P') await call('resumeDownload', { group, file });
  await downloads.refresh();
}
