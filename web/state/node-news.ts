import { wallMs } from '../clock.ts';
import { href } from '../router.ts';
import { notifyOutside } from './notify.ts';
import { keep, tell, type NodeNews, type Told } from './news.ts';

/** What the node says by itself, in the words and with the links of the page. */
export function onNodeNews(event: NodeNews, atMs: number): void {
  // The node tells no two at the same time, and the last ones again to whoever connects.
  if (atMs <= lastMs) return;
  lastMs = atMs;
  const told = toTold(event);
  if (atMs < openedMs) return keep(told, atMs);
  tell(told, atMs);
  notifyOutside(told);
}
let lastMs = 0;
/** What happened before the page was opened is no reason to interrupt anybody. */
const openedMs = wallMs() - 5_000;

function toTold(event: NodeNews): Told {
  if (event.type === 'complete') {
    return {
      kind: 'good',
      title: `${event.file} is here`,
      text: event.path,
      href: href('transfer', event.group, event.file),
      linkText: 'Show it',
    };
  }
  if (event.type === 'failed') {
    return {
      kind: 'bad',
      title: `${event.file} could not be downloaded`,
      text: event.text,
      href: href('downloads'),
      linkText: 'Show downloads',
    };
  }
  const kind = event.type === 'warning' ? 'bad' : event.about === 'accepted' ? 'good' : 'info';
  return { kind, title: titleOf(event), text: event.text, ...linkOf(event) };
}

type Notice = Extract<NodeNews, { type: 'notice' | 'warning' }>;

function titleOf(event: Notice): string {
  const group = event.group ?? 'a group';
  const user = event.user ?? 'Somebody';
  const titles: Partial<Record<NonNullable<Notice['about']>, string>> = {
    request: `${user} asks to join ${group}`,
    accepted: `You are in ${group}`,
    rejected: `${group} did not let you in`,
    removed: `Removed from ${group}`,
    joined: `${user} is in ${group} now`,
    ended: `${group} has ended`,
    'key-changed': `The key of ${user} changed`,
  };
  const known = event.about === undefined ? undefined : titles[event.about];
  return known ?? (event.type === 'warning' ? 'Please look at this' : 'News');
}

function linkOf(event: Notice): Pick<Told, 'href' | 'linkText'> {
  if (event.group === undefined) return {};
  if (event.about === 'request') return { href: href('groups', event.group, 'people'), linkText: 'Answer' };
  if (event.about === 'accepted') return { href: href('groups', event.group), linkText: 'Open' };
  return {};
}
