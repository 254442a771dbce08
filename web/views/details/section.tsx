import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface SectionProps {
  readonly title: string;
  /** Takes the whole width even of a wide screen. */
  readonly wide?: boolean;
  readonly children: ComponentChildren;
}

/** A part of the page under a heading of its own. */
export function Section({ title, wide, children }: SectionProps) {
  const id = useId();
  return (
    <section class={`card${wide ? ' wide' : ''}`} aria-labelledby={id}>
      <h2 id={id}>{title}</h2>
      {children}
    </section>
  );
}
