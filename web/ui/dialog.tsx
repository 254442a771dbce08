import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { Button, IconButton } from './button.tsx';

interface DialogProps {
  readonly title: string;
  /** Called by Escape, by the cross and by a click beside it; then show the dialog no longer. */
  readonly onClose: () => void;
  readonly wide?: boolean;
  readonly children: ComponentChildren;
  /** Buttons at the end. */
  readonly actions?: ComponentChildren;
}

/** A modal dialog, open for as long as it is rendered; focus comes back to where it was. */
export function Dialog({ title, onClose, wide, children, actions }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    if (document.activeElement?.closest('.dialog-head')) focusContents(dialog.current);
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  useEffect(() => {
    // Who goes back, or elsewhere, leaves the dialog, too.
    window.addEventListener('hashchange', onClose);
    return () => window.removeEventListener('hashchange', onClose);
  }, [onClose]);
  return (
    <dialog
      ref={dialog}
      class={`dialog${wide ? ' wide' : ''}`}
      aria-labelledby={titleId}
      onCancel={(event) => {
        if (event.target !== dialog.current) return;
        event.preventDefault();
        onClose();
      }}
      onMouseDown={(event) => event.target === dialog.current && onClose()}
    >
      <div class="dialog-box">
        <div class="dialog-head">
          <h2 id={titleId}>{title}</h2>
          <IconButton icon="close" label="Close" onClick={onClose} />
        </div>
        <div class="dialog-body">{children}</div>
        {actions && <div class="dialog-foot">{actions}</div>}
      </div>
    </dialog>
  );
}

/** The cross is the first that a dialog can focus; whoever opens one rather wants what is in it. */
function focusContents(dialog: HTMLDialogElement | null): void {
  const first = ':is(input, select, textarea, button):not(:disabled, [hidden])';
  dialog?.querySelector<HTMLElement>(`.dialog-body ${first}`)?.focus();
}

interface Question {
  readonly title: string;
  readonly text: ComponentChildren;
  /** What the button that does it says. */
  readonly action: string;
  readonly danger?: boolean;
}
const asked = signal<(Question & { readonly answer: (yes: boolean) => void }) | undefined>(undefined);

/** Asks before something that cannot be taken back. */
export function confirm(question: Question): Promise<boolean> {
  asked.value?.answer(false);
  return new Promise((resolve) => {
    const answer = (yes: boolean): void => {
      asked.value = undefined;
      resolve(yes);
    };
    asked.value = { ...question, answer };
  });
}

/** Shows what `confirm` asks; stands once on the page. */
export function ConfirmHost() {
  const question = asked.value;
  if (!question) return null;
  const { title, text, action, danger, answer } = question;
  return (
    <Dialog
      title={title}
      onClose={() => answer(false)}
      actions={
        <>
          <Button autofocus={danger === true} onClick={() => answer(false)}>
            Keep as it is
          </Button>
          <Button
            kind={danger ? 'danger' : 'primary'}
            autofocus={danger !== true}
            onClick={() => answer(true)}
          >
            {action}
          </Button>
        </>
      }
    >
      <div class="prose">{text}</div>
    </Dialog>
  );
}
