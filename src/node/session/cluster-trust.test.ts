import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { sha256Hex, systemClock } from '../../base/index.ts';
import { type Authority, createAuthority, issueTrackerCertificate, toPem } from '../../identity/index.ts';
import { ClusterTrust } from './cluster-trust.ts';

const HOST = '127.0.0.1';
const NOW_MS = systemClock.wallMs();

/** Something that answers like a tracker of `cluster` with this `ca`; its own certificate is from `issuer`. */
async function pretender(cluster: Authority, ca: string, issuer: Authority) {
  const { certificatePem: cert, key: pair } = await issueTrackerCertificate(issuer, [HOST], NOW_MS);
  const key = toPem(pair.privateKey, 'PRIVATE KEY');
  const answer = { cluster: idOf(cluster), ca, trackers: [], line: 1, nowMs: NOW_MS };
  const server = createServer({ cert, key }, (_, response) => response.end(JSON.stringify(answer)));
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as { port: number };
  return { host: HOST, port, text: `${HOST}:${port}` };
}

const idOf = ({ key }: Authority): string => sha256Hex(key.publicKey);

async function trustIn(list: Parameters<typeof ClusterTrust.open>[0]): Promise<ClusterTrust> {
  const folder = await mkdtemp(join(tmpdir(), 'mbt-trust-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return ClusterTrust.open(list, join(folder, 'trust.json'));
}

test('a tracker of the cluster that the list names is believed', async () => {
  const real = await createAuthority(NOW_MS);
  const tracker = await pretender(real, real.certificatePem, real);
  const trust = await trustIn({ trackers: [tracker], cluster: idOf(real) });
  expect(await trust.through(tracker)).toEqual({ id: idOf(real), caPem: real.certificatePem });
});

test('who shows the right authority and slips its own in beside it is not believed', async () => {
  const [real, own] = [await createAuthority(NOW_MS), await createAuthority(NOW_MS)];
  const tracker = await pretender(real, real.certificatePem + own.certificatePem, own);
  const trust = await trustIn({ trackers: [tracker], cluster: idOf(real) });
  await expect(trust.through(tracker)).rejects.toThrow("can't be read");
  expect(trust.known()).toBeUndefined();
});

test('who shows the right authority and has no certificate of it is not believed', async () => {
  const [real, own] = [await createAuthority(NOW_MS), await createAuthority(NOW_MS)];
  const tracker = await pretender(real, real.certificatePem, own);
  const trust = await trustIn({ trackers: [tracker], cluster: idOf(real) });
  await expect(trust.through(tracker)).rejects.toMatchObject({ code: 'TRACKER_CHANGED' });
});
