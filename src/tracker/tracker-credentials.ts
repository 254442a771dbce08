import { issueTrackerCertificate, toPem, type ClusterKey } from '../identity/index.ts';

/** What a tracker shows to everybody, and by what it knows the others of its cluster. PEM. */
export interface TrackerCredentials {
  readonly caPem: string;
  readonly certificatePem: string;
  readonly keyPem: string;
}

/** Good for a year; to be made anew long before. */
export async function issueCredentials(
  cluster: ClusterKey,
  host: string,
  nowMs: number,
): Promise<TrackerCredentials> {
  const { certificatePem, key } = await issueTrackerCertificate(cluster.authority, [host], nowMs);
  return {
    caPem: cluster.authority.certificatePem,
    certificatePem,
    keyPem: toPem(key.privateKey, 'PRIVATE KEY'),
  };
}
