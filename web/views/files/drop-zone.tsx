import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { sayFailure } from '../../state/news.ts';
import { shareDropped } from '../../state/uploads.ts';
import { Icon } from '../../ui/icon.tsx';
import { readDropped } from './dropped.ts';

/** Whatever is dropped anywhere on the page while this is shown is shared in the group. */
export function DropZone({
  group,
  children,
}: {
  readonly group: string;
  readonly children: ComponentChildren;
}) {
  const [over, setOver] = useState(false);
  // `dragenter` and `dragleave` come for each element that is crossed.
  const depth = useRef(0);
  useEffect(() => {
    const abort = new AbortController();
    const on = (
      type: 'dragenter' | 'dragover' | 'dragleave' | 'drop',
      listener: (event: DragEvent) => void,
    ): void => document.addEventListener(type, listener, { signal: abort.signal });
    const move = (by: number): void => {
      depth.current = Math.max(0, depth.current + by);
      setOver(depth.current > 0);
    };
    on('dragenter', (event) => hasFiles(event) && move(1));
    on('dragleave', (event) => hasFiles(event) && move(-1));
    on('dragover', (event) => hasFiles(event) && event.preventDefault());
    on('drop', (event) => {
      if (!hasFiles(event) || !event.dataTransfer) return;
      event.preventDefault();
      move(-Infinity);
      readDropped(event.dataTransfer).then(
        (all) => all.forEach((dropped) => shareDropped(group, dropped)),
        sayFailure,
      );
    });
    return () => abort.abort();
  }, [group]);
  return (
    <>
      {children}
      {over && (
        <div class="drop-veil" aria-hidden="true">
          <div class="drop-box">
            <Icon name="up" />
            <strong>Drop it to share it in {group}</strong>
          </div>
        </div>
      )}
    </>
  );
}

function hasFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') === true;
}
