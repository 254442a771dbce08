import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';

/** The frame of everything before the groups: one calm card in the middle. */
export function Welcome({
  title,
  children,
}: {
  readonly title: string;
  readonly children: ComponentChildren;
}) {
  useEffect(() => {
    document.title = `${title} · Mini-BitTorrent`;
  }, [title]);
  return (
    <main id="main" class="welcome" tabIndex={-1}>
      <header class="welcome-brand">
        <img src="/icon.svg" alt="" width="44" height="44" />
        <span>Mini-BitTorrent</span>
      </header>
      <section class="card welcome-card">
        <h1>{title}</h1>
        {children}
      </section>
    </main>
  );
}
