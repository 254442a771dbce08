import type { LocalEvent } from '../../src/api/local/events.ts';
import { computed, signal } from '@preact/signals';
import { after, wallMs } from '../clock.ts';
import { failureText } from '../text/failures.ts';

/** One thing that happened: shown for a moment as a toast, and kept in the list behind the bell. */
export interface News {
  readonly id: number;
  readonly atMs: number;
  readonly kind: 'good' | 'bad' | 'info';
  readonly title: string;
  readonly text: string;
  /** Where to look, as an address of the page. */
  readonly href: string | undefined;
  readonly linkText: string | undefined;
}
export type Told = Partial<Pick<News, 'kind' | 'text' | 'href' | 'linkText'>> & { readonly title: string };
export type NodeNews = Extract<LocalEvent, { type: 'news' }>['event'];

const KEPT_MAX = 200;
const TOASTS_MAX = 4;
const TOAST_MS = 7_000;
/** What went wrong stays longer: it has to be read. */
const BAD_TOAST_MS = 15_000;

export const news = signal<readonly News[]>([]);
export const toasts = signal<readonly News[]>([]);
const seenId = signal(0);
export const unread = computed(() => news.value.filter((item) => item.id > seenId.value).length);
let lastId = 0;

export function markRead(): void {
  seenId.value = lastId;
}

export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((item) => item.id !== id);
}

/** Shows a toast only: the answer to what was just clicked. */
export function say(told: Told): News {
  const item = made(told, wallMs());
  toasts.value = [...toasts.value, item].slice(-TOASTS_MAX);
  after(item.kind === 'bad' ? BAD_TOAST_MS : TOAST_MS, () => dismiss(item.id));
  return item;
}

/** Shows a toast, and keeps it in the list of news. */
export function tell(told: Told, atMs = wallMs()): void {
  news.value = [{ ...say(told), atMs }, ...news.value].slice(0, KEPT_MAX);
}

/** Keeps it in the list of news, as read already. */
export function keep(told: Told, atMs: number): void {
  const item = made(told, atMs);
  news.value = [item, ...news.value].slice(0, KEPT_MAX);
  if (seenId.value === item.id - 1) markRead();
}

function made({ title, kind = 'info', text = '', href, linkText }: Told, atMs: number): News {
  lastId += 1;
  return { id: lastId, atMs, title, kind, text, href, linkText };
}

/** Says why something that was asked for could not be done. */
export function sayFailure(thrown: unknown): void {
  const { title, text } = failureText(thrown);
  say({ kind: 'bad', title, text });
}

/** Runs what a click asked for, and says why where it fails. Resolves to whether it was done. */
export async function attempt(action: () => Promise<unknown>): Promise<boolean> {
  try {
    await action();
    return true;
  } catch (thrown) {
    sayFailure(thrown);
    return false;
  }
}
