import * as z from 'zod';

/** A whole number as text. */
const UrlNumber = z
  .string()
  .regex(/^(0|[1-9]\d{0,15})$/, 'must be a whole number')
  .transform(Number);

/** Yes or no as text. */
const UrlFlag = z.enum(['true', 'false'], 'must be true or false').transform((text) => text === 'true');

/**
 * The same fields as they stand in a URL, where everything is text and `?after=` means the same as leaving it out.
 * Of an `open` one all others are ignored: caches, trackers and browsers add their own to the address of a read.
 */
export function fromUrl({ shape }: z.ZodObject, open = false): z.ZodObject {
  const entries = Object.entries(shape).map(([name, schema]) => [name, fieldFromUrl(schema as z.ZodType)]);
  const fields = Object.fromEntries(entries);
  return open ? z.object(fields) : z.strictObject(fields);
}

function fieldFromUrl(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodBoolean) return UrlFlag.pipe(schema);
  if (schema instanceof z.ZodNumber) return UrlNumber.pipe(schema);
  if (!(schema instanceof z.ZodOptional)) return schema;
  const present = fieldFromUrl(schema.unwrap() as z.ZodType);
  return z.preprocess((value) => (value === '' ? undefined : value), present.optional());
}
