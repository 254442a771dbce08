import { DEFAULT_SWARM_CONFIG } from '../../src/swarm/index.ts';

/** A documented number of the interface: its comment is the manual's text. */
const SETTING = /\/\*\* ([^*]+) \*\/\n\s+readonly (\w+): number;/g;

/** The table of a swarm's limits, from the comments and defaults of `src/swarm/options.ts`. */
export function swarmLimits(source: string): string {
  const config = source.slice(source.indexOf('export interface SwarmConfig'));
  const defaults: Readonly<Record<string, unknown>> = { ...DEFAULT_SWARM_CONFIG };
  const rows = [...config.matchAll(SETTING)]
    .filter(([, , name = '']) => name in defaults)
    .map(([, text = '', name = '']) => `| \`${name}\` | ${valueText(name, defaults[name])} | ${text} |`);
  const missing = Object.keys(defaults).filter((name) => !rows.some((row) => row.includes(`\`${name}\``)));
  if (missing.length > 0) throw new Error(`without a comment of one line: ${missing.join(', ')}`);
  return ['| setting | value | meaning |', '| --- | --- | --- |', ...rows, ''].join('\n');
}

function valueText(name: string, value: unknown): string {
  if (typeof value !== 'number') return String(value);
  if (name.endsWith('Ms')) return value % 1000 === 0 ? `${value / 1000} s` : `${value} ms`;
  if (!/Bytes/.test(name)) return value.toLocaleString('en');
  return value % 2 ** 20 === 0 ? `${value / 2 ** 20} MiB` : `${value / 2 ** 10} KiB`;
}
