import type { ComponentChildren } from 'preact';
import { useEffect } from 'preact/hooks';
import { useLive } from '../state/live-list.ts';
import { unread } from '../state/news.ts';
import { downloads, groups, ownGroups, requestsOf, waiting, waitingInAll } from '../state/store.ts';
import { transfers } from '../state/transfers.ts';
import { href, route } from '../router.ts';
import { formatCount, formatRate } from '../text/format.ts';
import { pageTitle } from '../text/page-title.ts';
import { Icon, type IconName } from '../ui/icon.tsx';
import { Badge } from '../ui/show.tsx';
import { Place } from './place.tsx';

/** The page of somebody who is logged in: the way around it, and the place where they are. */
export function Shell({ user }: { readonly user: string }) {
  useLive(groups);
  useLive(downloads);
  useRequests();
  useTitle();
  return (
    <div class="shell">
      <Side user={user} />
      <main id="main" class="main" tabIndex={-1}>
        <Place />
      </main>
    </div>
  );
}

function useTitle(): void {
  const title = pageTitle(route.value, waitingInAll.value);
  useEffect(() => {
    document.title = title;
  }, [title]);
}

function skip(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

/** Keeps the requests of all own groups: the badges count them wherever one is. */
function useRequests(): void {
  const owned = [...waiting.value.keys()].join('\n');
  useEffect(() => {
    const ends = owned
      .split('\n')
      .filter(Boolean)
      .map((group) => requestsOf(group).watch());
    return () => ends.forEach((end) => end());
  }, [owned]);
}

function Side({ user }: { readonly user: string }) {
  const active = (downloads.value.value ?? []).filter((row) => row.state === 'D' || row.state === 'Q').length;
  return (
    <header class="side">
      <a class="skip" href={`#${location.hash.slice(1)}`} onClick={skip}>
        Skip to the content
      </a>
      <a class="brand" href={href('groups')}>
        <img src="/icon.svg" alt="" width="30" height="30" />
        <span>Mini-BitTorrent</span>
      </a>
      <nav class="nav" aria-label="Places">
        <NavLink to="groups" icon="group" text="Groups">
          <Badge
            count={waitingInAll.value}
            label={formatCount(waitingInAll.value, 'person asks to join', 'people ask to join')}
          />
        </NavLink>
        <NavLink to="downloads" icon="down" text="Downloads">
          <Badge count={active} label={`${active} under way`} />
        </NavLink>
        <NavLink to="news" icon="bell" text="News">
          <Badge count={unread.value} label={`${unread.value} not read`} />
        </NavLink>
        <NavLink to="settings" icon="gear" text="Settings" />
      </nav>
      <SideGroups />
      <SideFoot user={user} />
    </header>
  );
}

interface NavLinkProps {
  readonly to: string;
  readonly icon: IconName;
  readonly text: string;
  readonly children?: ComponentChildren;
}

function NavLink({ to, icon, text, children }: NavLinkProps) {
  const [place = 'groups', inside] = route.value;
  const here =
    place === to
      ? inside === undefined
        ? 'page'
        : 'true'
      : place === 'transfer' && to === 'downloads'
        ? 'true'
        : undefined;
  return (
    <a class="nav-link" href={href(to)} {...(here ? { 'aria-current': here } : {})}>
      <Icon name={icon} />
      <span>{text}</span>
      {children}
    </a>
  );
}

function SideGroups() {
  const own = ownGroups.value;
  if (own.length === 0) return null;
  return (
    <nav class="side-groups" aria-label="Your groups">
      <h2>Your groups</h2>
      {own.map(({ group, you }) => {
        const asking = waiting.value.get(group) ?? 0;
        const here = route.value[0] === 'groups' && route.value[1] === group;
        return (
          <a
            key={group}
            class="nav-link"
            href={asking > 0 && !here ? href('groups', group, 'people') : href('groups', group)}
            {...(here ? { 'aria-current': 'page' as const } : {})}
          >
            <span class="ellipsis">{group}</span>
            {you === 'pending' && <span class="side-note">waiting</span>}
            <Badge count={asking} label={formatCount(asking, 'asks to join', 'ask to join')} />
          </a>
        );
      })}
    </nav>
  );
}

function SideFoot({ user }: { readonly user: string }) {
  const now = transfers.value;
  return (
    <div class="side-foot">
      <span class="speeds" aria-label="Speed now">
        <span title="Download">
          <Icon name="down" /> {formatRate(now?.downloadBytesPerSecond ?? 0)}
        </span>
        <span title="Upload">
          <Icon name="up" /> {formatRate(now?.uploadBytesPerSecond ?? 0)}
        </span>
      </span>
      <a class="side-user" href={href('settings', 'account')}>
        <span class="avatar" aria-hidden="true">
          {user.slice(0, 1).toUpperCase()}
        </span>
        <span class="ellipsis">{user}</span>
      </a>
    </div>
  );
}
