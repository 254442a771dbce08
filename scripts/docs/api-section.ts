import type { z } from 'zod';
import { type Endpoint, trackerApi, trackerEvents } from '../../src/api/index.ts';
import { schemaText } from './schema-text.ts';

/** The tracker's calls and events, from their contract. */
export function apiSection(): string {
  const calls = Object.values<Endpoint>(trackerApi).map(callText);
  const events = Object.entries<z.ZodType>(trackerEvents).map(
    ([name, schema]) => `| \`${name}\` | ${cell(schemaText(schema))} |`,
  );
  return [
    ...calls,
    '#### Events of `GET /v1/events`\n',
    '| event | data |',
    '| --- | --- |',
    ...events,
    '',
  ].join('\n');
}

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
