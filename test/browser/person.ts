import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { silentLogger, systemClock } from '../../src/base/index.ts';
import { runNode } from '../../src/cli/background/run-node.ts';
import { defaultSettings } from '../../src/cli/background/settings.ts';
import { connectLocal, type RemoteNode } from '../../src/local/index.ts';

/** A user with a node of their own, as `mbt node` runs it, and a browser of their own. */
export class Person {
  readonly name: string;
  readonly dataDir: string;
  /** The folder that the page may use, and downloads to. */
  readonly files: string;
  readonly #browser: Browser;
  readonly #contexts: BrowserContext[] = [];
  /** What went wrong in their pages: a test should end with none. */
  readonly complaints: string[] = [];
  #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();
  #remote: RemoteNode | undefined;
  #web: string | undefined;

  private constructor(name: string, folder: string, browser: Browser) {
    this.name = name;
    this.dataDir = join(folder, name, 'data');
    this.files = join(folder, name, 'files');
    this.#browser = browser;
  }

  static async of(name: string, folder: string, browser: Browser): Promise<Person> {
    const person = new Person(name, folder, browser);
    await mkdir(person.files, { recursive: true });
    await person.startNode();
    return person;
  }

  /** The same data folder and the same port of the page as before. */
  async startNode(): Promise<void> {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    const web = await new Promise<string | null>((resolve, reject) => {
      this.#running = runNode({
        dataDir: this.dataDir,
        settings: {
          ...defaultSettings(),
          listenHost: '127.0.0.1',
          web: this.#web === undefined ? null : Number(new URL(this.#web).port),
          downloads: this.files,
          desktop: false,
        },
        clock: systemClock,
        log: silentLogger,
        stop: { signal, exitCode: () => undefined, stop: () => this.#stop.abort(), close: () => undefined },
        onServing: (_, origin) => resolve(origin),
      });
      this.#running.catch(reject);
    });
    this.#web = web ?? undefined;
  }

  async stopNode(): Promise<void> {
    await this.#remote?.close();
    this.#remote = undefined;
    this.#stop.abort();
    await this.#running;
  }

  /** The node, asked past the page. */
  async node(): Promise<RemoteNode> {
    this.#remote ??= await connectLocal(this.dataDir);
    if (!this.#remote) throw new Error(`the node of ${this.name} does not run`);
    return this.#remote;
  }

  /** A page in a browser that has not been here before, opened by a link as `mbt web` prints it. */
  async openPage(size: { width: number; height: number } = { width: 1280, height: 900 }): Promise<Page> {
    const context = await this.#browser.newContext({ viewport: size });
    this.#contexts.push(context);
    const page = await context.newPage();
    page.on('pageerror', (error) => this.complaints.push(`${error.name}: ${error.message}`));
    page.on('console', (message) => {
      if (message.type() === 'error' && /Content Security|Trusted/.test(message.text()))
        this.complaints.push(message.text());
    });
    const { link } = await (await this.node()).webLink();
    await page.goto(link);
    return page;
  }

  async close(): Promise<void> {
    await Promise.all(this.#contexts.map((context) => context.close()));
    await this.stopNode();
  }
}
