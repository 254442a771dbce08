import type { Client } from './client.ts';

interface StatusLine {
  readonly name: string;
  readonly value: string | number | null;
  readonly state?: string;
}

/** What `status` says that the demo wants to know. */
export interface Status {
  /** The port on which this client's peers connect. */
  readonly port: number;
  /** Addresses of the trackers that the client is connected to. */
  readonly connected: readonly string[];
}

export async function statusOf(client: Client): Promise<Status> {
  const lines = await client.rows<StatusLine>('status');
  const listening = String(lines.find(({ name }) => name === 'listening')?.value ?? '');
  return {
    port: Number(listening.slice(listening.lastIndexOf(':') + 1)),
    connected: lines
      .filter(({ name, state }) => name === 'tracker' && state === 'connected')
      .map(({ value }) => String(value)),
  };
}
