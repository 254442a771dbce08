import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { windowOf } from './window-of.ts';

interface VirtualListProps<Row> {
  readonly rows: readonly Row[];
  readonly rowHeight: number;
  readonly keyOf: (row: Row) => string;
  /** Says what the list holds. */
  readonly label: string;
  readonly columns: readonly string[];
  /** Cells of a row: each with role="gridcell". `tabIndex` is for whatever in it takes the focus. */
  readonly render: (row: Row, tabIndex: 0 | -1) => ComponentChildren;
  readonly onOpen?: (row: Row) => void;
  readonly rowClass?: (row: Row) => string;
}

/**
 * A list of which only the rows in sight exist, so that thousands scroll smoothly; it scrolls with the page. Rows
 * are walked by arrow keys, Home and End; Tab goes into the row that has the focus; Enter opens it.
 */
export function VirtualList<Row>(props: VirtualListProps<Row>) {
  const { rows, rowHeight, keyOf, label, columns, render, onOpen } = props;
  const box = useRef<HTMLDivElement>(null);
  const seen = useVisibleSpan(box);
  const [active, setActive] = useState(0);
  const wantsFocus = useRef(false);
  const current = Math.min(active, Math.max(0, rows.length - 1));
  const { first, end } = windowOf({ ...seen, rowHeight, count: rows.length, overscan: 6 });
  useLayoutEffect(() => {
    if (!wantsFocus.current) return;
    wantsFocus.current = false;
    box.current?.querySelector<HTMLElement>(`[aria-rowindex="${current + 2}"]`)?.focus();
  });
  const onKeyDown = (event: KeyboardEvent): void => {
    const row = rows[current];
    if (event.key === 'Enter' && row && (event.target as HTMLElement).role === 'row') onOpen?.(row);
    const next = nextRow(event.key, current, rows.length, Math.floor((seen.bottom - seen.top) / rowHeight));
    if (next === undefined || isTyping(event.target)) return;
    event.preventDefault();
    wantsFocus.current = true;
    setActive(next);
    bringIntoView(box.current, next, rowHeight);
  };
  const shown = indices(first, end, current, rows.length);
  return (
    <div class="grid" role="grid" aria-label={label} aria-rowcount={rows.length + 1} onKeyDown={onKeyDown}>
      <div class="grid-head row" role="row" aria-rowindex={1}>
        {columns.map((column) => (
          <div key={column} role="columnheader">
            {column}
          </div>
        ))}
      </div>
      <div ref={box} class="grid-body" role="rowgroup" style={{ height: `${rows.length * rowHeight}px` }}>
        {shown.map((index) => {
          const row = rows[index] as Row;
          return (
            <div
              key={keyOf(row)}
              class={`row ${props.rowClass?.(row) ?? ''}`}
              role="row"
              aria-rowindex={index + 2}
              tabIndex={index === current ? 0 : -1}
              style={{ top: `${index * rowHeight}px`, height: `${rowHeight}px` }}
              onFocusCapture={() => setActive(index)}
            >
              {render(row, index === current ? 0 : -1)}
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** The rows of the window, and the one with the focus even where it is out of sight: else the focus would be lost. */
function indices(first: number, end: number, current: number, count: number): number[] {
  const shown = Array.from({ length: end - first }, (_, at) => first + at);
  if (current < count && (current < first || current >= end)) shown.push(current);
  return shown;
}

function nextRow(key: string, at: number, count: number, page: number): number | undefined {
  const steps: Record<string, number> = {
    ArrowDown: at + 1,
    ArrowUp: at - 1,
    PageDown: at + Math.max(1, page - 1),
    PageUp: at - Math.max(1, page - 1),
    Home: 0,
    End: count - 1,
  };
  const to = steps[key];
  return to === undefined || count === 0 ? undefined : Math.min(count - 1, Math.max(0, to));
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
}

function bringIntoView(box: HTMLElement | null, index: number, rowHeight: number): void {
  if (!box) return;
  const top = box.getBoundingClientRect().top + index * rowHeight;
  // What is fixed at the top and, on a phone, at the bottom of the window covers the rows there.
  const [above, below] = [130, 90];
  if (top < above) window.scrollBy(0, top - above);
  else if (top + rowHeight > window.innerHeight - below)
    window.scrollBy(0, top + rowHeight - window.innerHeight + below);
}

/** Which part of the element is in the window, in px from its top. */
function useVisibleSpan(box: { readonly current: HTMLElement | null }): { top: number; bottom: number } {
  const [span, setSpan] = useState({ top: 0, bottom: 1_000 });
  useEffect(() => {
    const measure = (): void => {
      const top = -(box.current?.getBoundingClientRect().top ?? 0);
      setSpan((old) =>
        old.top === top && old.bottom === top + window.innerHeight
          ? old
          : { top, bottom: top + window.innerHeight },
      );
    };
    measure();
    window.addEventListener('scroll', measure, { passive: true });
    window.addEventListener('resize', measure);
    return () => {
      window.removeEventListener('scroll', measure);
      window.removeEventListener('resize', measure);
    };
  }, []);
  return span;
}
