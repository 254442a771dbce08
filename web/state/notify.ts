import { signal } from '@preact/signals';
import type { Told } from './news.ts';
import { visible } from './store.ts';

/** Whether the browser may show notifications outside of the page. */
export const permission = signal<NotificationPermission | 'missing'>(
  'Notification' in window ? Notification.permission : 'missing',
);

export async function askPermission(): Promise<void> {
  if (permission.value === 'missing') return;
  permission.value = await Notification.requestPermission();
}

/** A notification of the desktop, where allowed and while nobody looks at the page. */
export function notifyOutside({ title, text, href }: Told): void {
  if (permission.value !== 'granted' || visible.value) return;
  const note = new Notification(title, { body: text ?? '', icon: '/icon.svg' });
  note.addEventListener('click', () => {
    window.focus();
    if (href !== undefined) window.location.hash = href;
    note.close();
  });
}
