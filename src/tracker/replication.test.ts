import { cpSync, copyFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SampleUser } from '../../test/contract/sample-records.ts';
import { asText, put, TrackerField } from '../../test/support/tracker-field.ts';
import { TrackerCaller } from '../../test/support/tracker-caller.ts';
import { trackerApi } from '../api/index.ts';
import { fromBase64Url, systemClock } from '../base/index.ts';
import { loadOrCreateClusterKey, issueTrackerCertificate, toPem } from '../identity/index.ts';
import { decodeRecord } from '../records/index.ts';
import type { Tracker } from './open-tracker.ts';
import { replicaApi } from './replica-contract.ts';

const field = new TrackerField();

const recordsAt = async (tracker: Tracker): Promise<number> => (await tracker.status()).records;
const statesAt = async (tracker: Tracker): Promise<string[]> =>
  (await tracker.status()).others.map(({ state }) => state);
async function allConnected(...trackers: Tracker[]): Promise<void> {
  for (const tracker of trackers) {
    await expect.poll(async () => new Set(await statesAt(tracker))).toEqual(new Set(['connected']));
  }
}

describe('replication', () => {
  test('what is acknowledged as replicated is at the other tracker', async () => {
    const trackers = await field.cluster(2);
    const first = await trackers.start(1);
    const second = await trackers.start(2);
    await allConnected(first, second);
    const { person, caller } = await field.account(trackers.ports[0], 'anna');
    const answer = await put(caller, [person.share(1)]);
    expect(answer.copies).toBe('replicated');
    expect(await recordsAt(second)).toBe(3);
    const elsewhere = await field.caller(trackers.ports[1], person);
    const { records } = await elsewhere.call(trackerApi.listRecords);
    const stored = records.map((text) => decodeRecord(fromBase64Url(text)).hash);
    expect(stored).toContain(person.share(1).hash);
  });

  test('alone it says so, and the other fetches everything when it comes', async () => {
    const trackers = await field.cluster(2);
    const first = await trackers.start(1);
    const { person, caller } = await field.account(trackers.ports[0], 'anna');
    expect((await put(caller, [person.share(1)])).copies).toBe('alone');
    const second = await trackers.start(2);
    // It opened its port after it had tried the other one.
    expect(await recordsAt(second)).toBe(3);
    await allConnected(first, second);
    expect((await put(caller, [person.share(2)])).copies).toBe('replicated');
  });

  test('a tracker that was away, and one whose disk was lost, catch up by themselves', async () => {
    const trackers = await field.cluster(3);
    const [first, second] = [await trackers.start(1), await trackers.start(2)];
    let third = await trackers.start(3);
    await allConnected(first, second, third);
    const { person, caller } = await field.account(trackers.ports[0], 'anna');
    await trackers.stop(3);
    await put(caller, [person.share(1), person.share(2)]);
    third = await trackers.start(3);
    await expect.poll(() => recordsAt(third)).toBe(4);
    await trackers.stop(3);
    rmSync(trackers.dataDir(3), { recursive: true });
    third = await trackers.start(3);
    await expect.poll(() => recordsAt(third)).toBe(4);
    await allConnected(first, second, third);
    await put(caller, [person.share(3)]);
    for (const tracker of [second, third]) await expect.poll(() => recordsAt(tracker)).toBe(5);
  });

  test('one restored from an old copy catches up, and gives back what only it had', async () => {
    const trackers = await field.cluster(2);
    let first = await trackers.start(1);
    const second = await trackers.start(2);
    await allConnected(first, second);
    const { person, caller } = await field.account(trackers.ports[0], 'anna');
    await put(caller, [person.share(1, 1)]);
    await trackers.stop(1);
    const copy = join(trackers.folder, 'copy');
    cpSync(trackers.dataDir(1), copy, { recursive: true });
    const atSecond = await field.caller(trackers.ports[1], person);
    expect((await put(atSecond, [person.share(1, 2), person.share(2)])).copies).toBe('alone');
    rmSync(trackers.dataDir(1), { recursive: true });
    renameSync(copy, trackers.dataDir(1));
    first = await trackers.start(1);
    await expect.poll(() => recordsAt(first)).toBe(4);
    const held = await (
      await field.caller(trackers.ports[0], person)
    ).call(trackerApi.mine, {
      body: { digests: [[person.share(1).key, person.share(1, 2).hash]] },
    });
    expect(held).toEqual({ want: [], newer: [] });
    const sums = [first, second].map((tracker) => tracker.sync());
    expect((await Promise.all(sums)).flat().map(({ fetched }) => fetched)).toEqual([0, 0]);
  });

  test('both sides of a parting have everything afterwards, the newest of each', async () => {
    const trackers = await field.cluster(2);
    await trackers.start(1);
    const { person, caller } = await field.account(trackers.ports[0], 'anna');
    await trackers.stop(1);
    const anna = person;
    await trackers.start(2);
    const atSecond = await field.caller(trackers.ports[1], anna);
    await put(atSecond, [anna.user('anna'), anna.share(1, 5), anna.share(2, 1)]);
    await trackers.stop(2);
    const first = await trackers.start(1);
    await put(caller, [anna.share(1, 1), anna.share(2, 5), anna.share(3)]);
    const second = await trackers.start(2);
    await allConnected(first, second);
    for (const tracker of [first, second]) await expect.poll(() => recordsAt(tracker)).toBe(5);
    for (const port of trackers.ports) {
      const at = await field.caller(port, anna);
      const digests = [anna.share(1, 5), anna.share(2, 5), anna.share(3)].map(
        ({ key, hash }) => [key, hash] as [string, string],
      );
      await expect
        .poll(() => at.call(trackerApi.mine, { body: { digests } }))
        .toEqual({ want: [], newer: [] });
    }
  });

  test('of two claims made apart the first stamp wins everywhere, whatever the clocks say', async () => {
    const trackers = await field.cluster(2);
    const hour = 60 * 60_000;
    const late = { ...systemClock, wallMs: () => systemClock.wallMs() + 3 * hour };
    await trackers.start(1, late);
    const ben = await field.account(trackers.ports[0], 'anna');
    await trackers.stop(1);
    await trackers.start(2);
    const anna = await field.account(trackers.ports[1], 'Anna');
    await trackers.start(1, late);
    for (const port of trackers.ports) {
      const nobody = await field.caller(port);
      const holder = async (label: string) =>
        (await nobody.ask(trackerApi.name, { params: { kind: 'user', label } })).body as { id?: string };
      await expect.poll(async () => (await holder('anna')).id).toBe(anna.person.uid);
      const renamed = `anna~${ben.person.uid.slice(0, 4)}`;
      await expect.poll(async () => (await holder(renamed)).id).toBe(ben.person.uid);
    }
  });

  test('a new stamp is above all that were seen, also with a clock that is behind', async () => {
    const trackers = await field.cluster(2);
    const ahead = { ...systemClock, wallMs: () => systemClock.wallMs() + 10 * 60 * 60_000 };
    const first = await trackers.start(1, ahead);
    await field.account(trackers.ports[0], 'anna');
    const second = await trackers.start(2);
    await allConnected(first, second);
    await field.account(trackers.ports[1], 'ben');
    const stampOf = async (label: string): Promise<number> => {
      const nobody = await field.caller(trackers.ports[1]);
      const { records } = await nobody.call(trackerApi.name, { params: { kind: 'user', label } });
      return decodeRecord(fromBase64Url(records[0] ?? '')).stamp?.ms ?? 0;
    };
    expect(await stampOf('ben')).toBeGreaterThan(await stampOf('anna'));
  });

  test('two devices that change one thing at both trackers at once: one is told', async () => {
    const trackers = await field.cluster(2);
    const both = [await trackers.start(1), await trackers.start(2)];
    await allConnected(...both);
    const { person, caller } = await field.account(trackers.ports[0], 'anna');
    const elsewhere = await field.caller(trackers.ports[1], person);
    const credential = (registration: number) =>
      person.sign('credential', `credential/${person.uid}`, {
        n: 1,
        setup: 1,
        registration: new Uint8Array(192).fill(registration),
        wrapByPassword: new Uint8Array(60),
        passwordProofHash: new Uint8Array(32),
        wrapByRecovery: new Uint8Array(60),
        recoveryProofHash: new Uint8Array(32),
      });
    const answers = await Promise.all([put(caller, [credential(1)]), put(elsewhere, [credential(2)])]);
    const statuses = answers.map(({ results }) => results[0]?.status);
    expect(new Set(statuses)).toEqual(new Set(['applied', 'conflict']));
  });

  test('trackers of other clusters are strangers, with words that say what to copy', async () => {
    const [ours, theirs] = [await field.cluster(1), await field.cluster(1)];
    const list = [...ours.ports, ...theirs.ports].map((port) => `127.0.0.1:${port}\n`).join('');
    writeFileSync(ours.file, list);
    writeFileSync(theirs.file, list);
    const first = await ours.start(1);
    const second = await theirs.start(2);
    for (const tracker of [first, second]) {
      await expect.poll(() => statesAt(tracker)).toEqual(['different_cluster']);
      expect((await tracker.status()).others[0]?.fault).toMatch(/copy cluster\.key/);
    }
    const { person, caller } = await field.account(ours.ports[0], 'anna');
    expect((await put(caller, [person.share(1)])).copies).toBe('alone');
    // With the key copied, they are one cluster.
    await theirs.stop(2);
    copyFileSync(join(ours.folder, 'cluster.key'), join(theirs.folder, 'cluster.key'));
    const joined = await theirs.start(2);
    await expect.poll(() => recordsAt(joined)).toBe(3);
  });

  test('a tracker tells nothing to who only pretends to be one of the cluster', async () => {
    const [ours, theirs] = [await field.cluster(2), await field.cluster(1)];
    await theirs.start(1);
    const key = await loadOrCreateClusterKey(join(theirs.folder, 'cluster.key'), systemClock.wallMs());
    const forged = await issueTrackerCertificate(key.authority, ['127.0.0.1'], systemClock.wallMs());
    const pem = toPem(forged.key.privateKey, 'PRIVATE KEY');
    const first = await ours.start(1);
    const pretender = TrackerCaller.withCertificate(ours.ports[0] ?? 0, forged.certificatePem, pem);
    await expect(pretender.call(replicaApi.digests)).rejects.toMatchObject({ code: 'DIFFERENT_CLUSTER' });
    await pretender.close();
    // One that stands where the other tracker should gets no request at all.
    let requests = 0;
    const server = createServer({ cert: forged.certificatePem, key: pem }, (_, response) => {
      requests += 1;
      response.end('{}');
    });
    await new Promise<void>((resolve) => server.listen(ours.ports[1], '127.0.0.1', resolve));
    await expect.poll(() => statesAt(first)).toEqual(['different_cluster']);
    expect(requests).toBe(0);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  test('forged records from a tracker of the cluster are not taken', async () => {
    const trackers = await field.cluster(1);
    const tracker = await trackers.start(1);
    const key = await loadOrCreateClusterKey(join(trackers.folder, 'cluster.key'), systemClock.wallMs());
    const { certificatePem, key: pair } = await issueTrackerCertificate(
      key.authority,
      ['127.0.0.1'],
      systemClock.wallMs(),
    );
    const insider = TrackerCaller.withCertificate(
      trackers.ports[0] ?? 0,
      certificatePem,
      toPem(pair.privateKey, 'PRIVATE KEY'),
    );
    const anna = new SampleUser(key.id);
    const good = anna.share(1);
    const forged = Uint8Array.from(anna.share(2).bytes);
    forged[forged.length - 2] = (forged.at(-2) ?? 0) ^ 1;
    const records = [asText(good), Buffer.from(forged).toString('base64url'), 'AAAA'];
    await insider.call(replicaApi.put, { body: { records } });
    expect(await recordsAt(tracker)).toBe(1);
    await insider.close();
  });
});
