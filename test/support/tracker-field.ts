import { afterEach } from 'vitest';
import { trackerApi } from '../../src/api/index.ts';
import { toBase64Url } from '../../src/base/index.ts';
import type { SignedRecord } from '../../src/records/index.ts';
import { SampleUser } from '../contract/sample-records.ts';
import { TestCluster } from './test-cluster.ts';
import { TrackerCaller } from './tracker-caller.ts';

/** A user with an account, and its way to one tracker. */
export interface Account {
  readonly person: SampleUser;
  readonly caller: TrackerCaller;
}

/** Trackers and callers for the tests of one file; all are closed after each test. */
export class TrackerField {
  readonly #closings: (() => Promise<void>)[] = [];

  constructor() {
    afterEach(async () => {
      for (const close of this.#closings.splice(0).toReversed()) await close();
    });
  }

  async cluster(count: number): Promise<TestCluster> {
    const cluster = await TestCluster.of(count);
    this.#closings.push(() => cluster.close());
    return cluster;
  }

  /** Calls the tracker at a port as `person`, or as nobody. */
  async caller(port: number | undefined, person?: SampleUser): Promise<TrackerCaller> {
    const caller = await TrackerCaller.open(port ?? 0, person?.identity);
    this.#closings.push(() => caller.close());
    return caller;
  }

  /** Makes a user of this name at the tracker of a port. */
  async account(port: number | undefined, label: string): Promise<Account> {
    const { cluster } = await (await this.caller(port)).call(trackerApi.cluster);
    const person = new SampleUser(cluster);
    const caller = await this.caller(port, person);
    await put(caller, [person.user(label), person.claim(label)]);
    return { person, caller };
  }
}

export const asText = (record: SignedRecord): string => toBase64Url(record.bytes);

/** Puts records and answers how each fared. */
export async function put(caller: TrackerCaller, records: readonly SignedRecord[]) {
  return caller.call(trackerApi.putRecords, { body: { records: records.map(asText) } });
}
