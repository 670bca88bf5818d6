/** A JSON Schema, as those in the API documents, in as few words as a cell of a table has room for. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly default?: unknown;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly required?: readonly string[];
}

/** What a value of this schema is; shapes that have a name are linked. */
export function schemaText(schema: Schema): string {
  const { $ref, anyOf, type } = schema;
  if ($ref) return linkTo($ref.slice($ref.lastIndexOf('/') + 1));
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => `\`${JSON.stringify(value)}\``).join(' or ');
  if (anyOf) return anyOf.map(schemaText).join(' or ');
  if (Array.isArray(type)) return type.map((one) => schemaText({ ...schema, type: one })).join(' or ');
  switch (type) {
    case 'array':
      return `array of ${most(schema.minItems, schema.maxItems)}${inBrackets(schema.items!)}`;
    case 'object':
      return objectText(schema);
    case 'integer':
    case 'number':
      return `${type}${range(schema.minimum, schema.maximum)}`;
    case 'string':
      if (schema.format === 'date-time') return 'time (ISO 8601)';
      return `string${range(schema.minLength, schema.maxLength, ' characters')}`;
    default:
      return String(type);
  }
}

const linkTo = (shape: string) => `[${shape}](#shape-${shape.toLowerCase()})`;

function objectText({ properties, required = [], additionalProperties }: Schema): string {
  if (!properties) return additionalProperties ? `object of ${schemaText(additionalProperties)}` : 'object';
  const fields = Object.entries(properties).map(([name, field]) => {
    const standard = field.default === undefined ? '' : ` = ${JSON.stringify(field.default)}`;
    return `${name}${required.includes(name) ? '' : '?'}: ${schemaText(field)}${standard}`;
  });
  return `{ ${fields.join(', ')} }`;
}

const inBrackets = (schema: Schema) => (schema.anyOf ? `(${schemaText(schema)})` : schemaText(schema));

/** The bounds of a number that are not just those of every number in JSON. */
function range(least?: number, greatest?: number, unit = ''): string {
  const isBound = (bound?: number) => bound !== undefined && Math.abs(bound) !== Number.MAX_SAFE_INTEGER;
  if (isBound(least) && isBound(greatest)) return ` (${count(least!)} to ${count(greatest!)}${unit})`;
  if (isBound(greatest)) return ` (≤ ${count(greatest!)}${unit})`;
  return isBound(least) ? ` (≥ ${count(least!)}${unit})` : '';
}

const most = (least = 0, greatest?: number) =>
  greatest === undefined ? '' : `${count(least)} to ${count(greatest)} of `;

const count = (value: number) => value.toLocaleString('en');
