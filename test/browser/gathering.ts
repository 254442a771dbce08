import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { vi } from 'vitest';
import type { Person } from './person.ts';
import type { BrowserStage } from './stage.ts';

/** So long may news take through two trackers and two nodes on a busy machine. */
export const NEWS_MS = 40_000;

/** Tries again until it does not throw. */
function until<T>(action: () => Promise<T>): Promise<T> {
  return vi.waitFor(action, { timeout: NEWS_MS, interval: 200 });
}

/** People who are logged in and in one group; the first of them owns it. Made past their pages. */
export async function gather(
  stage: BrowserStage,
  group: string,
  names: readonly string[],
): Promise<Person[]> {
  const people: Person[] = [];
  for (const name of names) people.push(await stage.user(name));
  const [owner, ...others] = people;
  if (!owner) return [];
  const books = await owner.node();
  await books.createGroup(group);
  for (const other of others) {
    const node = await other.node();
    await until(() => node.joinGroup(group));
    await until(() => books.acceptRequest(group, other.name));
    await until(async () => {
      const row = (await node.listGroups()).find((one) => one.group === group);
      if (row?.you !== 'member') throw new Error(`${other.name} is not in ${group} yet`);
    });
  }
  return people;
}

/** Writes a file (or, with slashes in its name, one in a folder) and shares what stands at `name`. */
export async function share(person: Person, group: string, name: string, bytes: Uint8Array): Promise<void> {
  const path = join(person.files, name);
  await writeFile(path, bytes);
  await shareAt(person, group, path);
}

export async function shareAt(person: Person, group: string, path: string): Promise<void> {
  const node = await person.node();
  await node.uploadFile(path, group, () => undefined, new AbortController().signal);
}

/** Starts a download past the page, as soon as the file is known there. */
export async function fetchFile(person: Person, group: string, file: string): Promise<void> {
  const node = await person.node();
  await until(() => node.downloadFile(group, file, person.files));
}

/** Holds everything that comes to this person down, on this machine as well. */
export async function slowDown(person: Person, bytesPerSecond: number | undefined): Promise<void> {
  const node = await person.node();
  await node.exemptLan(false);
  await node.setLimit('down', bytesPerSecond, undefined, undefined);
}

/** Goes to another place of the page that is open, without loading it anew. */
export async function goTo(page: Page, ...parts: readonly string[]): Promise<void> {
  await page.evaluate(
    `window.location.hash = ${JSON.stringify(`#/${parts.map(encodeURIComponent).join('/')}`)}`,
  );
}
