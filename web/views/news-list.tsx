import { useEffect } from 'preact/hooks';
import { wallMs } from '../clock.ts';
import { markRead, news } from '../state/news.ts';
import { askPermission, permission } from '../state/notify.ts';
import { sentence } from '../text/failures.ts';
import { formatAgo, formatTime } from '../text/format.ts';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icon.tsx';
import { Empty, Notice } from '../ui/show.tsx';

const ICONS = { good: 'check', bad: 'warning', info: 'bell' } as const;

/** What happened since the page was opened. */
export function NewsList() {
  const items = news.value;
  useEffect(markRead, [items]);
  return (
    <>
      <header class="head">
        <h1>News</h1>
      </header>
      <AskPermission />
      {items.length === 0 && (
        <Empty icon="bell" title="Nothing new">
          When somebody asks to join, or a download is done, it stands here.
        </Empty>
      )}
      <ol class="cards news">
        {items.map((item) => (
          <li key={item.id} class={`card news-item ${item.kind}`}>
            <Icon name={ICONS[item.kind]} />
            <div>
              <strong>{item.title}</strong>
              {item.text && <p>{sentence(item.text)}</p>}
              {item.href !== undefined && <a href={item.href}>{item.linkText}</a>}
            </div>
            <time dateTime={new Date(item.atMs).toISOString()} title={formatTime(item.atMs)}>
              {formatAgo(item.atMs, wallMs())}
            </time>
          </li>
        ))}
      </ol>
    </>
  );
}

function AskPermission() {
  if (permission.value !== 'default') return null;
  return (
    <Notice
      title="Be told outside of this page, too?"
      actions={
        <Button small onClick={askPermission}>
          Allow notifications
        </Button>
      }
    >
      Your browser can notify you when somebody asks to join or a download ends, while this page is open.
    </Notice>
  );
}
