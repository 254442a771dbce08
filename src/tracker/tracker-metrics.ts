import { Counter, Gauge, Registry } from 'prom-client';

/** What is measured when somebody asks. */
export interface Measured {
  readonly records: number;
  readonly usersOnline: number;
  readonly eventStreams: number;
  readonly programsAnnouncing: number;
  readonly trackersConnected: number;
}

/** The tracker's metrics in the text format of Prometheus. Labels are ours alone: paths of endpoints, HTTP statuses. */
export class TrackerMetrics {
  readonly #measure: () => Promise<void>;
  readonly #registry = new Registry();
  readonly #calls = new Counter({
    name: 'mbt_calls_total',
    help: 'Calls answered, by path and HTTP status',
    labelNames: ['call', 'status'],
    registers: [this.#registry],
  });
  readonly #stored = new Counter({
    name: 'mbt_records_stored_total',
    help: 'Records stored, new or in place of older ones',
    registers: [this.#registry],
  });

  constructor(measure: () => Promise<Measured>) {
    const names: Record<keyof Measured, string> = {
      records: 'Records held',
      usersOnline: 'Users online at this tracker',
      eventStreams: 'Event streams open',
      programsAnnouncing: 'Other BitTorrent programs that announce in the cluster',
      trackersConnected: 'Other trackers connected',
    };
    const gauges = Object.entries(names).map(([key, help]) => {
      const name = `mbt_${key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
      return { key: key as keyof Measured, gauge: new Gauge({ name, help, registers: [] }) };
    });
    for (const { gauge } of gauges) this.#registry.registerMetric(gauge);
    const memory: Gauge = new Gauge({
      name: 'mbt_resident_memory_bytes',
      help: 'Memory of the process',
      registers: [this.#registry],
      collect: () => memory.set(process.memoryUsage.rss()),
    });
    this.#measure = async () => {
      const measured = await measure();
      for (const { key, gauge } of gauges) gauge.set(measured[key]);
    };
  }

  onAnswered(call: string, status: number): void {
    this.#calls.inc({ call: call === '' ? 'other' : call, status: String(status) });
  }

  onStored(records: number): void {
    this.#stored.inc(records);
  }

  async text(): Promise<string> {
    await this.#measure();
    return this.#registry.metrics();
  }
}
