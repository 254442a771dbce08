import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { after } from '../clock.ts';
import { failureText } from '../text/failures.ts';
import { formatPercent } from '../text/format.ts';
import { Button } from './button.tsx';
import { Icon, type IconName } from './icon.tsx';

/** Small things that only show something. */

interface MeterProps {
  /** 0 to 1; undefined while nobody knows. */
  readonly part: number | undefined;
  readonly label: string;
  readonly tone?: 'accent' | 'good' | 'calm' | 'bad';
}

export function Meter({ part, label, tone = 'accent' }: MeterProps) {
  const percent = part === undefined ? undefined : Math.floor(Math.min(1, Math.max(0, part)) * 1000) / 10;
  return (
    <div
      class={`meter ${tone}${percent === undefined ? ' unsure' : ''}`}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      {...(percent === undefined
        ? {}
        : { 'aria-valuenow': percent, 'aria-valuetext': formatPercent(part ?? 0) })}
    >
      <div style={{ width: `${percent ?? 35}%` }} />
    </div>
  );
}

interface NoticeProps {
  readonly kind?: 'info' | 'good' | 'bad';
  readonly title: string;
  readonly children?: ComponentChildren;
  readonly actions?: ComponentChildren;
}

/** Something to read before going on. A bad one is read out at once. */
export function Notice({ kind = 'info', title, children, actions }: NoticeProps) {
  const icon: IconName = kind === 'bad' ? 'warning' : kind === 'good' ? 'check' : 'bell';
  return (
    <div class={`notice ${kind}`} role={kind === 'bad' ? 'alert' : 'note'}>
      <Icon name={icon} />
      <div>
        <strong>{title}</strong>
        {children && <div>{children}</div>}
        {actions && <div class="actions">{actions}</div>}
      </div>
    </div>
  );
}

/** A failure in plain words, with the node's text, which says what to do. */
export function Failure({ error, onRetry }: { readonly error: unknown; readonly onRetry?: () => unknown }) {
  const { title, text } = failureText(error);
  return (
    <Notice
      kind="bad"
      title={title}
      actions={
        onRetry && (
          <Button small onClick={onRetry}>
            Try again
          </Button>
        )
      }
    >
      {text}
    </Notice>
  );
}

interface EmptyProps {
  readonly icon: IconName;
  readonly title: string;
  readonly children?: ComponentChildren;
  readonly actions?: ComponentChildren;
}

/** What stands where nothing is yet: says what to do first. */
export function Empty({ icon, title, children, actions }: EmptyProps) {
  return (
    <div class="empty">
      <span class="empty-icon">
        <Icon name={icon} />
      </span>
      <h2>{title}</h2>
      {children && <p>{children}</p>}
      {actions && <div class="actions">{actions}</div>}
    </div>
  );
}

export function Loading({ what }: { readonly what: string }) {
  return (
    <p class="loading" role="status">
      <span class="spinner" aria-hidden="true" /> {what}
    </p>
  );
}

export function Badge({ count, label }: { readonly count: number; readonly label: string }) {
  if (count === 0) return null;
  return (
    <span class="badge">
      <span aria-hidden="true">{count > 99 ? '99+' : count}</span>
      <span class="unseen">{label}</span>
    </span>
  );
}

export function Pill({
  tone = 'calm',
  children,
}: {
  tone?: 'calm' | 'good' | 'bad' | 'accent';
  children: ComponentChildren;
}) {
  return <span class={`pill ${tone}`}>{children}</span>;
}

/** A text to copy: a code, a link. */
export function CopyField({ label, value }: { readonly label: string; readonly value: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(value);
    setCopied(true);
    after(2_000, () => setCopied(false));
  };
  return (
    <div class="copy-field">
      <output class="mono" aria-label={label}>
        {value}
      </output>
      <Button icon={copied ? 'check' : 'copy'} onClick={copy} label={`Copy ${label.toLowerCase()}`}>
        {copied ? 'Copied' : 'Copy'}
      </Button>
    </div>
  );
}
