import { readFile } from 'node:fs/promises';
import { chromium, type Browser } from 'playwright-core';
import { BROWSER_ARGUMENTS, chromiumPath } from '../../scripts/chromium.mjs';
import { TestCluster } from '../support/test-cluster.ts';
import { Person } from './person.ts';

/** Trackers on free ports, a browser, and people with nodes and pages; all in one folder that goes at the end. */
export class BrowserStage {
  readonly trackers: TestCluster;
  readonly #browser: Browser;
  readonly #people: Person[] = [];

  private constructor(trackers: TestCluster, browser: Browser) {
    this.trackers = trackers;
    this.#browser = browser;
  }

  static async open(trackerCount = 2): Promise<BrowserStage> {
    if (chromiumPath === undefined) throw new Error('no chromium');
    const trackers = await TestCluster.of(trackerCount);
    for (let line = 1; line <= trackerCount; line += 1) await trackers.start(line);
    const browser = await chromium.launch({ executablePath: chromiumPath, args: BROWSER_ARGUMENTS });
    return new BrowserStage(trackers, browser);
  }

  /** Somebody new, whose node knows no tracker yet. */
  async person(name: string): Promise<Person> {
    const person = await Person.of(name, this.trackers.folder, this.#browser);
    this.#people.push(person);
    return person;
  }

  /** Somebody who is logged in already; the password is the name twice. */
  async user(name: string): Promise<Person> {
    const person = await this.person(name);
    const node = await person.node();
    await node.setUp({ trackers: await this.trackerList() });
    await node.createUser(name, passwordOf(name));
    await node.login(name, passwordOf(name), true);
    return person;
  }

  trackerList(): Promise<string> {
    return readFile(this.trackers.file, 'utf8');
  }

  /** Ends everything; resolves to what went wrong in pages. */
  async close(): Promise<string[]> {
    await Promise.all(this.#people.map((person) => person.close()));
    await this.#browser.close();
    await this.trackers.close();
    return this.#people.flatMap(({ name, complaints }) => complaints.map((text) => `${name}: ${text}`));
  }
}

export const passwordOf = (name: string): string => `${name}-${name}`;
