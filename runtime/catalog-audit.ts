import * as z from 'zod';
import { BookId } from './domain.ts';

/** Where copies have come from and gone to. Earlier versions neither held copies nor took any back. */
const Counts = z.object({
  initial: z.int(),
  restocked: z.int(),
  returned: z.int().default(0),
  sold: z.int(),
  held: z.int().default(0),
  stock: z.int(),
});

/** One catalog's part of an audit: the ledger at one applied index. */
export const CatalogAudit = z.object({
  applied: z.int().min(0),
  digest: z.string(),
  books: z.int(),
  totals: Counts,
  /** Ids (at most 100) of books whose `initial + restocked + returned - sold - held` is not their stock. */
  unbalanced: z.array(BookId),
  ledger: z.array(Counts.extend({ id: BookId })),
});
export type CatalogAudit = z.infer<typeof CatalogAudit>;
