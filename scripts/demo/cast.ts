import { type Clock, sleep } from '../../src/base/index.ts';
import type { GroupRow, RequestRow } from '../../src/node/index.ts';
import { Client } from './client.ts';
import type { Stage } from './stage.ts';
import type { View } from './view.ts';

export const GROUP = 'team';
export const OWNER = 'olivia';
export const ACCEPTED = ['ann', 'ben', 'cleo'] as const;
export const REFUSED = 'dan';

/** Starts clients for people; remembers what is needed to start one again. */
export class Cast {
  readonly #stage: Stage;
  readonly #clock: Clock;
  readonly #trackersFile: string;
  readonly #upBytesPerSecond: number;
  readonly #clients = new Map<string, Client>();

  constructor(stage: Stage, clock: Clock, trackersFile: string, upBytesPerSecond: number) {
    this.#stage = stage;
    this.#clock = clock;
    this.#trackersFile = trackersFile;
    this.#upBytesPerSecond = upBytesPerSecond;
  }

  get(name: string): Client {
    const client = this.#clients.get(name);
    if (!client) throw new Error(`nobody is called ${name}`);
    return client;
  }

  /** A new client on the data of one that has ended; others see it once it is logged in. */
  async restart(name: string): Promise<void> {
    const client = await this.#launch(name);
    await client.must('login', name, passwordOf(name));
    this.#clients.set(name, client);
  }

  async open(name: string): Promise<void> {
    const client = await this.#launch(name);
    this.#clients.set(name, client);
    await client.must('create_user', name, passwordOf(name));
    await client.must('login', name, passwordOf(name));
  }

  /** Everybody leaves as people do; resolves to whether each exit code was right: 1 for who was told no, else 0. */
  async quit(): Promise<boolean> {
    const clients = [...this.#clients.values()];
    const codes = await Promise.all(clients.map((client) => client.quit()));
    return codes.every((code, index) => code === (clients[index]?.wasToldNo ? 1 : 0));
  }

  async #launch(name: string): Promise<Client> {
    return new Client({
      stage: this.#stage,
      clock: this.#clock,
      trackersFile: this.#trackersFile,
      name,
      dataFolder: await this.#stage.makeFolder('clients', name),
      upBytesPerSecond: name === OWNER ? this.#upBytesPerSecond : undefined,
    });
  }
}

const passwordOf = (name: string): string => `${name}-rides-a-green-bicycle-8`;

/** Accounts, the group, four requests, three of them accepted after comparing codes. */
export async function gather(cast: Cast, view: View, clock: Clock): Promise<void> {
  const askers = [...ACCEPTED, REFUSED];
  await Promise.all([OWNER, ...askers].map((name) => cast.open(name)));
  view.tell(`${OWNER}, ${askers.join(', ')} have accounts and are logged in`);
  const owner = cast.get(OWNER);
  await owner.must('create_group', GROUP);
  const asked = await Promise.all(askers.map((name) => cast.get(name).must('join_group', GROUP)));
  view.tell(`${OWNER} has created the group ${GROUP}; ${askers.join(', ')} ask to join`);
  const requests = await owner.rows<RequestRow>('list_requests', GROUP);
  for (const [index, name] of askers.entries()) {
    const shown = requests.find(({ user }) => user === name)?.code;
    const told = asked[index]?.fields['code'];
    if (shown === undefined || shown !== told) throw new Error(`${name} and ${OWNER} see different codes`);
  }
  for (const { user, code } of requests) {
    if (user !== REFUSED) await owner.must('accept_request', GROUP, user, code);
  }
  await owner.must('reject_request', GROUP, REFUSED);
  await Promise.all(ACCEPTED.map((name) => untilMember(cast.get(name), clock)));
  view.tell(`${OWNER} has accepted ${ACCEPTED.join(', ')} (their codes agree) and refused ${REFUSED}`);
}

async function untilMember(client: Client, clock: Clock): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const groups = await client.rows<GroupRow>('list_groups');
    if (groups.some(({ group, you }) => group === GROUP && you === 'member')) return;
    await sleep(clock, 100);
  }
  throw new Error(`${client.name} was accepted and does not learn of it`);
}
