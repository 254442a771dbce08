import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { attempt } from '../state/news.ts';
import { Icon, type IconName } from './icon.tsx';

export interface ButtonProps {
  readonly kind?: 'plain' | 'primary' | 'danger' | 'quiet';
  readonly icon?: IconName;
  /** What it does; a failure is shown as a toast. The button waits for it. */
  readonly onClick?: () => unknown;
  readonly type?: 'button' | 'submit';
  readonly disabled?: boolean;
  readonly busy?: boolean;
  /** In full, where the children do not say it (which file, which person). */
  readonly label?: string;
  readonly small?: boolean;
  readonly autofocus?: boolean;
  readonly tabIndex?: number;
  readonly children?: ComponentChildren;
}

export function Button(props: ButtonProps) {
  const { kind = 'plain', icon, onClick, type = 'button', disabled, small, label, children } = props;
  const [working, setWorking] = useState(false);
  const busy = working || props.busy === true;
  const click = async (): Promise<void> => {
    if (busy || !onClick) return;
    const done = onClick();
    if (!(done instanceof Promise)) return;
    setWorking(true);
    await attempt(() => done);
    setWorking(false);
  };
  return (
    <button
      type={type}
      class={`button ${kind}${small ? ' small' : ''}${children === undefined ? ' bare' : ''}`}
      disabled={disabled === true}
      aria-disabled={busy}
      aria-busy={busy}
      {...(label === undefined ? {} : { 'aria-label': label, title: label })}
      {...(props.tabIndex === undefined ? {} : { tabIndex: props.tabIndex })}
      autofocus={props.autofocus === true}
      onClick={() => void click()}
    >
      {icon && <Icon name={icon} />}
      {children !== undefined && <span>{children}</span>}
    </button>
  );
}

/** A button of an icon alone; `label` says what it does. */
export function IconButton(props: Omit<ButtonProps, 'children'> & { icon: IconName; label: string }) {
  return <Button kind="quiet" {...props} />;
}
