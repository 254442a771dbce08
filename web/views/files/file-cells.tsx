import { call } from '../../api/client.ts';
import { attempt, say } from '../../state/news.ts';
import { downloadOf, filesOf, type DownloadRow, type FileRow } from '../../state/store.ts';
import { go, href } from '../../router.ts';
import { formatBytes, formatPercent } from '../../text/format.ts';
import { Button } from '../../ui/button.tsx';
import { confirm } from '../../ui/dialog.tsx';
import { Icon } from '../../ui/icon.tsx';
import { Menu, type MenuItem } from '../../ui/menu.tsx';
import { Meter, Pill } from '../../ui/show.tsx';
import { chooseFiles } from '../downloads/choose-files-host.tsx';
import { choosePlace } from './place-browser.tsx';
import { startDownload } from './start-download.ts';

export const FILE_COLUMNS = ['Name', 'Size', 'Seeds', 'Leechers', 'Shared by', 'Actions'] as const;

interface FileCellsProps {
  readonly group: string;
  readonly row: FileRow;
  /** How the node is told which one is meant. */
  readonly file: string;
  readonly isMine: boolean;
  readonly tabIndex: 0 | -1;
}

/** The cells of one file. Names are text whatever is in them. */
export function FileCells({ group, row, file, isMine, tabIndex }: FileCellsProps) {
  const download = downloadOf(group, file);
  return (
    <>
      <div role="gridcell" class="cell-name">
        <Icon name={row.files > 1 ? 'folder' : 'file'} />
        <span class="ellipsis" title={row.file}>
          {row.file}
        </span>
      </div>
      <div role="gridcell" class="cell-size">
        {formatBytes(row.size)}
      </div>
      <div role="gridcell" class="cell-seeds">
        <span class={row.seeds > 0 ? 'has-seeds' : 'no-seeds'}>{row.seeds}</span>
        <span class="only-narrow"> {row.seeds === 1 ? 'seed' : 'seeds'}</span>
      </div>
      <div role="gridcell" class="cell-leechers">
        {row.leechers}
        <span class="only-narrow"> {row.leechers === 1 ? 'leecher' : 'leechers'}</span>
      </div>
      <div role="gridcell" class="cell-sharers">
        <span class="ellipsis" title={row.sharers.join(', ')}>
          {row.sharers.length > 0 && <span class="only-narrow">by </span>}
          {row.sharers.join(', ') || 'nobody now'}
        </span>
      </div>
      <div role="gridcell" class="cell-actions">
        <Action group={group} file={file} row={row} isMine={isMine} download={download} tabIndex={tabIndex} />
        <Menu
          label={`More for ${row.file}`}
          items={menuOf(group, file, row.files, isMine, download)}
          tabIndex={tabIndex}
        />
      </div>
    </>
  );
}

function Action({
  group,
  file,
  row,
  isMine,
  download,
  tabIndex,
}: FileCellsProps & { download: DownloadRow | undefined }) {
  if (download && download.state !== 'C' && download.state !== 'F') {
    const part = download.totalBytes === 0 ? 0 : download.doneBytes / download.totalBytes;
    return (
      <a class="mini-progress" href={href('transfer', group, file)} tabIndex={tabIndex}>
        <Meter
          part={part}
          label={`Download of ${row.file}`}
          tone={download.state === 'P' ? 'calm' : 'accent'}
        />
        <span>{download.state === 'P' ? 'paused' : formatPercent(part)}</span>
      </a>
    );
  }
  if (isMine) return <Have />;
  return (
    <Button
      small
      icon="down"
      label={`Download ${row.file}`}
      tabIndex={tabIndex}
      onClick={() => startDownload(group, file)}
    >
      Download
    </Button>
  );
}

function Have() {
  return (
    <Pill tone="good">
      <Icon name="check" />
      <span class="only-wide">you have it</span>
      <span class="only-narrow">here</span>
    </Pill>
  );
}

function menuOf(
  group: string,
  file: string,
  files: number,
  isMine: boolean,
  download: DownloadRow | undefined,
): MenuItem[] {
  const here = isMine || download !== undefined;
  const items: MenuItem[] = [];
  if (here) {
    items.push({
      text: download?.state === 'D' ? 'Look while it loads' : 'Look at it',
      icon: 'eye',
      onClick: () => go('preview', group, file),
    });
    items.push({ text: 'Details', icon: 'more', onClick: () => go('transfer', group, file) });
  }
  if (!here) {
    items.push({ text: 'Download to…', icon: 'folder', onClick: () => downloadTo(group, file) });
    if (files > 1)
      items.push({ text: 'Choose files of it…', icon: 'check', onClick: () => downloadSome(group, file) });
  }
  if (isMine) items.push({ text: 'Stop sharing…', danger: true, onClick: () => stopSharing(group, file) });
  return items;
}

async function downloadTo(group: string, file: string): Promise<void> {
  const folder = await choosePlace({ title: 'Download to', action: 'Download here', what: 'folder' });
  if (folder !== undefined) await startDownload(group, file, { destination: folder });
}

async function downloadSome(group: string, file: string): Promise<void> {
  chooseFiles(group, await startDownload(group, file, { hold: true }));
}

async function stopSharing(group: string, file: string): Promise<void> {
  const text = 'Your copy stays on the disk; others can no longer get it from you.';
  if (!(await confirm({ title: `Stop sharing ${file}?`, text, action: 'Stop sharing' }))) return;
  await call('stopShare', { group, file });
  say({ title: `${file} is shared no longer` });
  await filesOf(group).refresh();
}

/** Enter on a row: its details where it is here, else the download. */
export function openFile(group: string, file: string, isMine: boolean): void {
  if (isMine || downloadOf(group, file)) go('transfer', group, file);
  else void attempt(() => startDownload(group, file));
}
