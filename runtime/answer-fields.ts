import * as z from 'zod';

/** The fields that several answers of the outside API have. */

export const Money = z
  .string()
  .regex(/^\d+(\.\d{1,3})?$/)
  .meta({
    description: 'An amount with the decimal places of the currency; two where the store names none.',
    examples: ['19.99'],
  });
export const CurrencyCode = z
  .string()
  .optional()
  .meta({ description: 'Of the amounts, by ISO 4217, where the store has one.', examples: ['EUR'] });
export const Version = z.int().min(0).meta({ description: 'Log index of the last change.' });
export const Count = z.int().min(0);
export const Replayed = z
  .boolean()
  .optional()
  .meta({ description: 'An earlier request with the same key got this answer. In JSON-RPC only.' });

export const Via = z.array(z.string()).optional().meta({
  description:
    'Who served it: of a read the catalog, or the gateway where a cache had it; of a write the order replica and the leading catalog. In JSON-RPC only, with `explain`.',
});
