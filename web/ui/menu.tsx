import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { attempt } from '../state/news.ts';
import { Icon, type IconName } from './icon.tsx';

export interface MenuItem {
  readonly text: string;
  readonly icon?: IconName;
  readonly danger?: boolean;
  readonly onClick: () => unknown;
}

/** A button that opens a list of further actions; arrow keys walk it, Escape closes it. */
export function Menu({
  label,
  items,
  tabIndex,
}: {
  label: string;
  items: readonly MenuItem[];
  tabIndex?: number;
}) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  useLayoutEffect(() => {
    if (!open) return;
    place(opener.current, list.current);
    list.current?.querySelector('button')?.focus();
  }, [open]);
  const choose = (item: MenuItem): void => {
    list.current?.hidePopover();
    opener.current?.focus();
    void attempt(async () => item.onClick());
  };
  return (
    <>
      <button
        ref={opener}
        type="button"
        class="button quiet bare"
        aria-label={label}
        title={label}
        aria-haspopup="menu"
        popovertarget={id}
        {...(tabIndex === undefined ? {} : { tabIndex })}
      >
        <Icon name="more" />
      </button>
      <div
        ref={list}
        id={id}
        class="menu"
        role="menu"
        popover="auto"
        onToggle={(event) => setOpen((event as unknown as ToggleEvent).newState === 'open')}
        onKeyDown={walk}
      >
        {open &&
          items.map((item) => (
            <button
              key={item.text}
              type="button"
              role="menuitem"
              class={item.danger ? 'danger' : ''}
              onClick={() => choose(item)}
            >
              {item.icon && <Icon name={item.icon} />}
              {item.text}
            </button>
          ))}
      </div>
    </>
  );
}

function place(opener: HTMLElement | null, list: HTMLElement | null): void {
  if (!opener || !list) return;
  const at = opener.getBoundingClientRect();
  const { offsetWidth, offsetHeight } = list;
  const below = at.bottom + 4 + offsetHeight < window.innerHeight;
  list.style.top = `${below ? at.bottom + 4 : Math.max(8, at.top - 4 - offsetHeight)}px`;
  list.style.left = `${Math.max(8, Math.min(at.right - offsetWidth, window.innerWidth - offsetWidth - 8))}px`;
}

function walk(event: KeyboardEvent): void {
  const items = [...(event.currentTarget as HTMLElement).querySelectorAll('button')];
  const at = items.indexOf(document.activeElement as HTMLButtonElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (event.key === 'Tab') (event.currentTarget as HTMLElement).hidePopover();
  if (to === undefined) return;
  event.preventDefault();
  event.stopPropagation();
  items.at(to % items.length)?.focus();
}
