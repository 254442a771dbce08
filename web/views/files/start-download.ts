import { call } from '../../api/client.ts';
import { say } from '../../state/news.ts';
import { downloads, places } from '../../state/store.ts';
import { href } from '../../router.ts';

interface Terms {
  /** A folder; else where the page downloads to. */
  readonly destination?: string;
  /** Fetch the list of its files only, so that some can be chosen. */
  readonly hold?: boolean;
}

/** Resolves to the name by which the download is listed. */
export async function startDownload(group: string, file: string, terms: Terms = {}): Promise<string> {
  const destination = terms.destination ?? (await usualPlace());
  const started = await call('downloadFile', {
    group,
    file,
    destination,
    ...(terms.hold === true ? { terms: { hold: true } } : {}),
  });
  if (terms.hold !== true) {
    say({
      title: `${started.file} ${started.queued ? 'waits for its turn' : 'is being downloaded'}`,
      text: `To ${started.path}`,
      href: href('downloads'),
      linkText: 'Show downloads',
    });
  }
  await downloads.refresh();
  return started.file;
}

async function usualPlace(): Promise<string> {
  if (!places.value.value) await places.refresh();
  const known = places.value.value;
  if (!known) throw places.error.value ?? new Error('The node did not say where downloads go.');
  return known.downloads;
}
