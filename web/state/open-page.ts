import { call, session, toApiError } from '../api/client.ts';
import { forgetKey, keepKey, onNewKey } from '../api/page-key.ts';
import { pause } from '../clock.ts';
import { goLive } from './live.ts';
import { connection, nodeState } from './store.ts';

/** The link that `mbt web` prints ends so. */
const TOKEN = /^#token=([\w-]+)$/;

/** From the link to a live page: trades its token for a cookie and a key, or finds those that this browser has. */
export async function openPage(): Promise<void> {
  // A link that is opened where the page is already changes but the fragment.
  window.addEventListener('hashchange', () => {
    if (TOKEN.test(window.location.hash)) window.location.reload();
  });
  // Another tab was let in, and so is this one.
  onNewKey(() => {
    if (session.value === 'none') window.location.reload();
  });
  const token = TOKEN.exec(window.location.hash)?.[1];
  if (token !== undefined) {
    // At once, so that it stays in no history and nobody reads it over a shoulder.
    window.history.replaceState(null, '', `${window.location.pathname}#/`);
    await tradeToken(token);
  }
  while (!(await isLetIn())) await pause(2_000);
  if (session.value === 'open') await goLive();
}

async function tradeToken(token: string): Promise<void> {
  try {
    const { key } = await call('openSession', { token });
    keepKey(key);
  } catch {
    // A link is good once. Who opens it again may still have what it was traded for.
  }
}

/** This browser is to be let in anew. */
export async function forgetBrowser(): Promise<void> {
  await call('closeSession', {});
  forgetKey();
  session.value = 'none';
}

/** Resolves to false when the node could not be asked. */
async function isLetIn(): Promise<boolean> {
  try {
    nodeState.put(await call('nodeStatus', {}));
    session.value = 'open';
    return true;
  } catch (thrown) {
    const { code } = toApiError(thrown);
    if (code === 'NO_CONNECTION') connection.value = 'lost';
    return code === 'NO_SESSION';
  }
}
