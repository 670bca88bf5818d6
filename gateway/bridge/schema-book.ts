import * as z from 'zod';

/** JSON Schemas for a document: shapes that have a name are told once, under `components`, and referred to. */
export interface SchemaBook {
  readonly components: Record<string, object>;
  /** `input` is what may be sent, `output` what comes back. */
  schemaOf(type: z.ZodType, io: 'input' | 'output'): object;
}

const DEFINITION = '"#/$defs/';
const COMPONENT = '"#/components/schemas/';

export function createSchemaBook(): SchemaBook {
  const components: Record<string, object> = {};
  const known = { input: new Map<z.ZodType, object>(), output: new Map<z.ZodType, object>() };
  return {
    components,
    schemaOf(type, io) {
      const made = known[io].get(type);
      if (made) return made;
      const schema = z.toJSONSchema(type, {
        io,
        override({ jsonSchema }) {
          // A later version may answer more.
          if (io === 'output' && jsonSchema.additionalProperties === false)
            delete jsonSchema.additionalProperties;
        },
      });
      const text = JSON.stringify(schema).replaceAll(DEFINITION, COMPONENT);
      const { $schema, $defs, ...rest } = JSON.parse(text);
      Object.assign(components, $defs);
      known[io].set(type, rest);
      return rest;
    },
  };
}

type Schema = z.core.JSONSchema._JSONSchema;

/** A value that fits: what must be there, and of what may be there as little as makes it fit. */
export function exampleOf(type: z.ZodType): unknown {
  const schema = z.toJSONSchema(type, { io: 'input' });
  const least = exampleOfSchema(schema) as object;
  if (Object.keys(least).length > 0 && type.safeParse(least).success) return least;
  const more = Object.entries(schema.properties ?? {}).map(([name, field]) => ({
    ...least,
    [name]: exampleOfSchema(field),
  }));
  return more.find((example) => type.safeParse(example).success) ?? least;
}

function exampleOfSchema(schema: Schema): unknown {
  if (typeof schema === 'boolean') return schema;
  const { examples, default: standard, anyOf, minimum, properties = {}, required = [], items } = schema;
  const [example] = examples ?? schema.enum ?? [standard];
  if (example !== undefined) return example;
  if (anyOf?.[0] !== undefined) return exampleOfSchema(anyOf[0]);
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(required.map((name) => [name, exampleOfSchema(properties[name]!)]));
    case 'array':
      return [exampleOfSchema(items as Schema)];
    case 'integer':
    case 'number':
      return Math.max(1, minimum ?? 1);
    default:
      return '…';
  }
}
