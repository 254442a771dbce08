import { expect, test } from 'vitest';
import { z } from 'zod';
import { withGeneratedPart } from '../../scripts/docs/generated-part.ts';
import { schemaText } from '../../scripts/docs/schema-text.ts';

test.each([
  { why: 'ids have a name', schema: z.string().regex(/^[0-9a-f]{64}$/), text: 'hash' },
  {
    why: 'bytes say how many, not how many characters',
    schema: z
      .string()
      .max(1366)
      .regex(/^[A-Za-z0-9_-]*$/),
    text: 'bytes (≤ 1024)',
  },
  { why: 'few values are listed', schema: z.enum(['user', 'group']), text: '"user" | "group"' },
  { why: 'bounds of numbers', schema: z.number().int().min(1).max(65_535), text: 'integer (1 to 65535)' },
  { why: 'safe integers have no bound', schema: z.number().int(), text: 'integer' },
  {
    why: 'what may be missing is marked',
    schema: z.object({ a: z.boolean(), b: z.string().optional() }),
    text: '{ a: boolean; b?: text }',
  },
  {
    why: 'lists of choices get brackets',
    schema: z.array(z.union([z.string(), z.null()])),
    text: '(text | null)[]',
  },
  { why: 'pairs', schema: z.tuple([z.string(), z.number()]), text: '[text, number]' },
  { why: 'maps', schema: z.record(z.string(), z.number()), text: '{ [text]: number }' },
  { why: 'nothing', schema: z.object({}), text: '{}' },
])('a schema in words: $why', ({ schema, text }) => {
  expect(schemaText(schema)).toBe(text);
});

const page = [
  'before',
  '<!-- made from x by `npm run docs`: do not edit by hand -->',
  'old',
  '<!-- end of what is made from x -->',
  'after',
].join('\n');

test('only what lies between the marks changes', () => {
  const renewed = withGeneratedPart(page, 'x', 'new');
  expect(renewed.split('\n').filter((line) => line && !line.startsWith('<!--'))).toEqual([
    'before',
    'new',
    'after',
  ]);
  expect(withGeneratedPart(renewed, 'x', 'new')).toBe(renewed);
});

test('a page without the marks is refused, not overwritten', () => {
  expect(() => withGeneratedPart('nothing here', 'x', 'new')).toThrow('lacks the marks');
});
