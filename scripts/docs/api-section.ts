import type { z } from 'zod';
import { type Endpoint, trackerApi, trackerEvents } from '../../src/api/index.ts';
import { schemaText } from './schema-text.ts';

/** The tracker's calls and events, from their contract. */
export function apiSection(): string {
  const events = Object.entries<z.ZodType>(trackerEvents).map(
    ([name, schema]) => `| \`${name}\` | ${cell(schemaText(schema))} |`,
  );
  return [
    callsText(trackerApi),
    '#### Events of `GET /v1/events`\n',
    '| event | data |',
    '| --- | --- |',
    ...events,
    '',
  ].join('\n');
}

/** Every call of a table of endpoints, each under a heading of its own. */
export const callsText = (api: Readonly<Record<string, Endpoint>>): string =>
  Object.values(api).map(callText).join('\n');

function callText(call: Endpoint): string {
  const rows = [
    ['parameters', schemaText(call.params)],
    ['query', schemaText(call.query)],
    [
      `body (≤ ${Math.ceil(call.bodyBytesMax / 1024)} KiB)`,
      call.method === 'get' ? '{}' : schemaText(call.body),
    ],
    ['answer', schemaText(call.result)],
  ].filter(([, schema]) => schema !== '{}');
  return [
    `#### \`${call.method.toUpperCase()} ${call.path}\`\n`,
    `${call.summary}. Access: ${call.access}.\n`,
    ...(rows.length === 0
      ? []
      : [
          '| | |',
          '| --- | --- |',
          ...rows.map(([name, schema]) => `| ${name} | ${cell(schema ?? '')} |`),
          '',
        ]),
  ].join('\n');
}

const cell = (schema: string): string => `\`${schema.replaceAll('|', '\\|')}\``;
