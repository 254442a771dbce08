import { z } from 'zod';

interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: JsonSchema;
  readonly prefixItems?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
}

/** Patterns that have a name in the documentation's head. */
const NAMED_PATTERNS: Readonly<Record<string, string>> = {
  '^[0-9a-f]{64}$': 'hash',
  '^[A-Za-z0-9_-]*$': 'bytes',
  '^[A-Za-z0-9._~-]{1,64}$': 'label',
  '^[A-Za-z0-9._~/-]{1,400}$': 'key',
  '^[A-Za-z0-9_-]{8,64}$': 'nonce',
};
/** From here on a list of values says less than the word. */
const ENUM_VALUES_MAX = 8;

/** A schema in the notation of TypeScript, limits in words. */
export function schemaText(schema: z.ZodType): string {
  return text(z.toJSONSchema(schema, { unrepresentable: 'any', io: 'input' }) as JsonSchema);
}

function text(schema: JsonSchema): string {
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants) return [...new Set(variants.map(text))].join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) {
    return schema.enum.length > ENUM_VALUES_MAX
      ? 'code'
      : schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  }
  const { type } = schema;
  if (typeof type === 'object') return type.map((one) => text({ ...schema, type: one })).join(' | ');
  switch (type) {
    case 'string':
      return stringText(schema);
    case 'integer':
    case 'number':
      return numberText(schema);
    case 'array':
      return arrayText(schema);
    case 'object':
      return objectText(schema);
    default:
      return type ?? 'any';
  }
}

function stringText({ pattern, format, maxLength }: JsonSchema): string {
  if (format === 'ipv4' || format === 'ipv6') return 'address';
  const named = pattern === undefined ? undefined : NAMED_PATTERNS[pattern];
  if (named === 'bytes' && maxLength !== undefined) return `bytes (≤ ${Math.floor((maxLength * 3) / 4)})`;
  const kind = named ?? 'text';
  return maxLength === undefined ? kind : `${kind} (≤ ${maxLength})`;
}

function numberText({ type, minimum, maximum }: JsonSchema): string {
  const kind = type === 'integer' ? 'integer' : 'number';
  const low = minimum === undefined || minimum <= -Number.MAX_SAFE_INTEGER ? undefined : minimum;
  const high = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? undefined : maximum;
  if (low !== undefined && high !== undefined) return `${kind} (${low} to ${high})`;
  if (high !== undefined) return `${kind} (≤ ${high})`;
  return low === undefined ? kind : `${kind} (≥ ${low})`;
}

function arrayText({ items, prefixItems, maxItems }: JsonSchema): string {
  if (prefixItems) return `[${prefixItems.map(text).join(', ')}]`;
  const inner = text(items ?? {});
  const list = / \| /.test(inner) && !inner.startsWith('{') ? `(${inner})[]` : `${inner}[]`;
  return maxItems === undefined ? list : `${list} (≤ ${maxItems})`;
}

function objectText({ properties, required, additionalProperties }: JsonSchema): string {
  const entries = Object.entries(properties ?? {});
  if (entries.length === 0) {
    return typeof additionalProperties === 'object' ? `{ [text]: ${text(additionalProperties)} }` : '{}';
  }
  const fields = entries.map(
    ([name, field]) => `${name}${required?.includes(name) ? '' : '?'}: ${text(field)}`,
  );
  return `{ ${fields.join('; ')} }`;
}
