import type { Page } from 'playwright-core';
import { passwordOf } from './stage.ts';

/** By hand, as a person does it: the trackers, an account, its recovery code, until the groups are there. */
export async function openAccount(page: Page, name: string, trackers: string): Promise<string> {
  await page.getByLabel('Invitation link, or list of trackers').fill(trackers);
  await page.getByRole('button', { name: 'Go on' }).click();
  return createAccount(page, name);
}

/** From the page to log in until the view of this name. Resolves to the recovery code. */
export async function createAccount(page: Page, name: string, view = 'Groups'): Promise<string> {
  await page.getByRole('button', { name: 'Create an account' }).click();
  await page.getByLabel('Name').fill(name);
  await page.getByLabel('Password', { exact: true }).fill(passwordOf(name));
  await page.getByLabel('Password once more').fill(passwordOf(name));
  await page.getByRole('button', { name: 'Create account' }).click();
  const code = await page.getByLabel('Recovery code', { exact: true }).textContent();
  await page.getByLabel('I have kept the code').check();
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByRole('heading', { name: view, level: 1 }).waitFor();
  return code ?? '';
}
