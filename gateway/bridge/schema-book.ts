import { z } from 'zod';

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
  return {
    components,
    schemaOf(type, io) {
      const schema = z.toJSONSchema(type, {
        io,
        override({ jsonSchema }) {
          // A later version may answer more.
          if (io === 'output') delete jsonSchema.additionalProperties;
        },
      });
      const text = JSON.stringify(schema).replaceAll(DEFINITION, COMPONENT);
      const { $schema, $defs, ...rest } = JSON.parse(text);
      Object.assign(components, $defs);
      return rest;
    },
  };
}
