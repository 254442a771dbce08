import { useEffect, useRef } from 'preact/hooks';
import { dismiss, toasts, type News } from '../state/news.ts';
import { sentence } from '../text/failures.ts';
import { IconButton } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';

const ICONS = { good: 'check', bad: 'warning', info: 'bell' } as const;

/** A popover, so that it lies above dialogs, too: what was shown last lies on top. */
export function Toasts() {
  const box = useRef<HTMLDivElement>(null);
  const latest = toasts.value.at(-1)?.id;
  useEffect(() => {
    if (document.querySelector('dialog[open]')) box.current?.hidePopover();
    box.current?.showPopover();
  }, [latest]);
  return (
    <div ref={box} class="toasts" popover="manual" role="region" aria-label="Notices" aria-live="polite">
      {toasts.value.map((item) => (
        <Toast key={item.id} item={item} />
      ))}
    </div>
  );
}

function Toast({ item }: { readonly item: News }) {
  return (
    <div class={`toast ${item.kind}`} {...(item.kind === 'bad' ? { role: 'alert' as const } : {})}>
      <Icon name={ICONS[item.kind]} />
      <div class="toast-text">
        <strong>{item.title}</strong>
        {item.text && <p>{sentence(item.text)}</p>}
        {item.href !== undefined && (
          <a href={item.href} onClick={() => dismiss(item.id)}>
            {item.linkText}
          </a>
        )}
      </div>
      <IconButton icon="close" label="Dismiss" small onClick={() => dismiss(item.id)} />
    </div>
  );
}
