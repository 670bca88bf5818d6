import fc from 'fast-check';
import type { z } from 'zod';

/**
 * Values that a schema takes, made from the schema itself, so that a new message or field is fuzzed from the day
 * it is there. Knows the kinds of schema that `runtime/messages.ts` is made of, and throws for any other.
 */
export function valuesOf(schema: z.core.$ZodType): fc.Arbitrary<unknown> {
  const { def } = schema._zod as z.core.$ZodTypes['_zod'];
  switch (def.type) {
    case 'object':
      return objectsOf(def.shape);
    case 'array': {
      const { min = 0, max = 4 } = boundsOf(def);
      return fc.array(valuesOf(def.element), { minLength: min, maxLength: Math.min(max, 4) });
    }
    case 'tuple':
      return fc.tuple(...def.items.map(valuesOf));
    case 'record':
      return fc.dictionary(fc.string(), valuesOf(def.valueType), { noNullPrototype: true });
    case 'union':
      return fc.oneof(...def.options.map(valuesOf));
    case 'optional':
      return fc.option(valuesOf(def.innerType), { nil: undefined });
    case 'default':
      return valuesOf(def.innerType);
    case 'nullable':
      return fc.option(valuesOf(def.innerType), { nil: null });
    case 'enum':
      return fc.constantFrom(...Object.values(def.entries));
    case 'literal':
      return fc.constantFrom(...def.values);
    case 'boolean':
      return fc.boolean();
    case 'unknown':
      return fc.jsonValue();
    case 'number':
      return integersOf(boundsOf(def));
    case 'string':
      return stringsOf(boundsOf(def));
    default:
      throw new Error(`no values are known for a schema of type ${def.type}`);
  }
}

function objectsOf(shape: Readonly<Record<string, z.core.$ZodType>>): fc.Arbitrary<object> {
  const fields = Object.entries(shape).map(([name, field]) => [name, valuesOf(field)]);
  return fc
    .record(Object.fromEntries(fields) as Record<string, fc.Arbitrary<unknown>>, { noNullPrototype: true })
    .map((fields) => Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)));
}

interface Bounds {
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: RegExp;
}

/** What the checks of a number, a string or an array come to; all numbers of the messages are whole. */
function boundsOf({ checks = [] }: z.core.$ZodTypeDef): Bounds {
  let bounds: Bounds = {};
  for (const check of checks) {
    const { def } = check._zod as z.core.$ZodChecks['_zod'];
    if (def.check === 'greater_than') bounds = { ...bounds, min: Number(def.value) };
    else if (def.check === 'less_than') bounds = { ...bounds, max: Number(def.value) };
    else if (def.check === 'min_length') bounds = { ...bounds, min: def.minimum };
    else if (def.check === 'max_length') bounds = { ...bounds, max: def.maximum };
    else if (def.check === 'string_format')
      bounds = { ...bounds, pattern: (def as { pattern?: RegExp }).pattern };
  }
  return bounds;
}

/** Small ones, which meet each other, and the edges. */
function integersOf({ min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER }: Bounds) {
  const small = fc.integer({ min: Math.max(min, -3), max: Math.min(max, Math.max(9, min + 9)) });
  return fc.oneof(
    small,
    fc.maxSafeInteger().map((n) => Math.min(max, Math.max(min, n))),
    fc.constantFrom(min, max),
  );
}

function stringsOf({ min = 0, max = 60, pattern }: Bounds): fc.Arbitrary<string> {
  if (pattern) return fc.stringMatching(pattern);
  // Texts of books are trimmed: spaces would not come back.
  return fc
    .string({
      unit: fc.oneof(fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), ODD),
      maxLength: Math.min(max, 30),
    })
    .map((text) => text.trim().slice(0, max))
    .filter((text) => text.trim() === text && text.length >= min);
}

/** Characters on which encodings differ: quotes, controls, a byte order mark, halves of a pair. */
const ODD = fc.constantFrom('"', '\\', '\0', '\n', '\u2028', '\uFEFF', '\uD800', '\uDFFF', '𝄞', 'é');
