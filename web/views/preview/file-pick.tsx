import { useState } from 'preact/hooks';
import { href } from '../../router.ts';
import type { ContentFileRow } from '../../state/store.ts';
import { formatBytes, formatPercent } from '../../text/format.ts';
import { Field } from '../../ui/field.tsx';
import { Empty } from '../../ui/show.tsx';
import { pathInside } from '../parts/path-inside.ts';

interface PickProps {
  readonly group: string;
  readonly file: string;
  readonly rows: readonly ContentFileRow[];
}

const SHOWN_MAX = 200;

/** The files of a folder, to choose which to look at. */
export function FilePick({ group, file, rows }: PickProps) {
  const [sought, setSought] = useState('');
  const found = rows.filter((row) => row.path.toLowerCase().includes(sought.trim().toLowerCase()));
  return (
    <>
      <p>This is a folder. Choose the file to look at.</p>
      {rows.length > 10 && <Field label="Find a file" type="search" value={sought} onInput={setSought} />}
      {found.length === 0 && <Empty icon="search" title="No file is called so" />}
      <ul class="rows pick">
        {found.slice(0, SHOWN_MAX).map((row) => (
          <li key={row.path}>
            <a href={href('preview', group, file, row.path)}>
              <bdi>{pathInside(file, row.path)}</bdi>
            </a>
            <span class="hint">
              {formatBytes(row.size)}
              {row.doneBytes < row.size && `, ${formatPercent(row.doneBytes / row.size)} here`}
            </span>
          </li>
        ))}
      </ul>
      {found.length > SHOWN_MAX && (
        <p class="hint">{found.length - SHOWN_MAX} more: write a part of the name above.</p>
      )}
    </>
  );
}
