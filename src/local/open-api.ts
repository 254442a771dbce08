import { z } from 'zod';
import {
  type LocalCall,
  type LocalEndpoint,
  localApi,
  localError,
  localEvent,
  localPaths,
  localRoute,
  localStreams,
  PAGE_KEY_HEADER,
} from '../api/index.ts';
import { programVersion } from '../base/index.ts';

type Json = Record<string, unknown>;

/** The local API as an OpenAPI 3.1 document, made from the contract that the server checks by. */
export function openApiText(): string {
  text ??= `${JSON.stringify(makeDocument(), undefined, 1)}\n`;
  return text;
}

let text: string | undefined;

function makeDocument(): Json {
  const paths: Record<string, Json> = {};
  for (const name of Object.keys(localPaths) as LocalCall[]) {
    const { method, path } = localRoute(name);
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation(name) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Mini-BitTorrent: local API of a node',
      version: programVersion(),
      description:
        'At the Unix socket `node.sock` of the data folder, for the same system user, and for the page on 127.0.0.1. ' +
        `The page shows its cookie and, in the header \`${PAGE_KEY_HEADER}\`, its key: \`openSession\` gives both.`,
    },
    paths: { ...paths, ...streamPaths() },
    components: { schemas: { Error: schemaOf(localError, 'output'), Event: schemaOf(localEvent, 'output') } },
  };
}

function operation(name: LocalCall): Json {
  const endpoint: LocalEndpoint = localApi[name];
  const { method } = localRoute(name);
  const only = endpoint.access === 'socket' ? ' Not for the page.' : '';
  const limit = method === 'POST' ? ` Body: at most ${endpoint.bodyBytesMax} bytes.` : '';
  return {
    operationId: name,
    summary: endpoint.summary,
    tags: [tagOf(localRoute(name).path)],
    ...((only || limit) && { description: `${only}${limit}`.trim() }),
    ...(method === 'GET'
      ? { parameters: parametersOf(endpoint.input) }
      : {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: schemaOf(endpoint.input, 'input') } },
          },
        }),
    responses: { 200: answerOf(endpoint), default: refused },
  };
}

/** Calls that go together: `/v1/groups/create` is one of `groups`. */
const tagOf = (path: string): string => path.split('/')[2] ?? '';

const refused = {
  description: 'Refused: what happened, and what to do',
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
};

function answerOf({ result, progress }: LocalEndpoint): Json {
  if (progress === undefined)
    return { description: 'Done', content: { 'application/json': { schema: schemaOf(result, 'output') } } };
  const line = {
    oneOf: [
      { type: 'object', properties: { progress: schemaOf(progress, 'output') }, required: ['progress'] },
      { type: 'object', properties: { result: schemaOf(result, 'output') }, required: ['result'] },
      { $ref: '#/components/schemas/Error' },
    ],
  };
  const description = 'Lines of JSON: `progress` any number of times, then `result` or `error`';
  return { description, content: { 'application/x-ndjson': { schema: line } } };
}

function parametersOf(input: z.ZodType): Json[] {
  const { properties = {}, required = [] } = schemaOf(input, 'input') as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, schema]) => query(name, schema, required.includes(name)));
}

const query = (name: string, schema: Json, required: boolean): Json => ({
  in: 'query',
  name,
  required,
  schema,
});

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io }) as Json;
  return rest;
}

function streamPaths(): Json {
  const string = { type: 'string' };
  const bytes = { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } };
  const event = { 'text/event-stream': { schema: { $ref: '#/components/schemas/Event' } } };
  return {
    [localStreams.events]: {
      get: {
        operationId: 'events',
        tags: [tagOf(localStreams.events)],
        summary: 'what is new, as server-sent events',
        parameters: [
          { in: 'header', name: 'Last-Event-ID', schema: string, description: '`now`: no earlier news' },
        ],
        responses: { 200: { description: 'A stream without end', content: event }, default: refused },
      },
    },
    [localStreams.drop]: {
      put: {
        operationId: 'drop',
        tags: [tagOf(localStreams.drop)],
        summary: 'bytes of one file of a begun drop',
        parameters: [query('id', string, true), query('path', string, false)],
        requestBody: { required: true, content: bytes },
        responses: { 200: { description: 'Taken' }, default: refused },
      },
    },
  };
}
