import { describe, expect, test } from 'vitest';
import { type LocalCall, localApi, localPaths, localRoute } from '../api/index.ts';
import { openApiText } from './open-api.ts';

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly { readonly name: string; readonly required: boolean }[];
  readonly requestBody?: {
    readonly content: Record<string, { readonly schema: { readonly required?: string[] } }>;
  };
  readonly responses: Record<string, { readonly content?: Record<string, unknown> }>;
}
const document = JSON.parse(openApiText()) as {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown> };
};

describe('the document of the API', () => {
  test('is OpenAPI 3.1 and has every call of the contract, and no other', () => {
    expect(document.openapi).toBe('3.1.0');
    const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
    const names = operations.map((operation) => operation.operationId);
    expect(names.toSorted()).toEqual([...Object.keys(localPaths), 'events', 'drop'].toSorted());
  });

  test.each(Object.keys(localPaths) as LocalCall[])('%s', (name) => {
    const { method, path } = localRoute(name);
    const operation = document.paths[path]?.[method.toLowerCase()];
    expect(operation).toMatchObject({ operationId: name, summary: localApi[name].summary });
    expect(operation?.responses['default']?.content).toHaveProperty('application/json');
    const type = 'progress' in localApi[name] ? 'application/x-ndjson' : 'application/json';
    expect(Object.keys(operation?.responses['200']?.content ?? {})).toEqual([type]);
    expect(operation?.requestBody === undefined).toBe(method === 'GET');
    expect(operation?.description?.includes('Not for the page') ?? false).toBe(
      localApi[name].access === 'socket',
    );
  });

  test('says what must be given', () => {
    const { post } = document.paths['/v1/requests/accept'] ?? {};
    expect(post?.requestBody?.content['application/json']?.schema.required).toEqual(['group', 'user']);
    const { get } = document.paths['/v1/completions'] ?? {};
    expect(get?.parameters).toMatchObject([
      { name: 'kind', required: true },
      { name: 'group', required: false },
    ]);
  });

  test('every reference in it leads somewhere', () => {
    const references = [...openApiText().matchAll(/"\$ref": ?"#\/components\/schemas\/(\w+)"/g)].map(
      ([, name]) => name,
    );
    expect(references.length).toBeGreaterThan(10);
    for (const name of references) expect(document.components.schemas).toHaveProperty(name ?? '');
    expect(openApiText()).not.toMatch(/"\$ref": ?"#\/(?!components\/schemas)/);
  });
});
