import * as z from 'zod';
import { Book, BookId } from './domain.ts';

/** What finding books needs in every process on the way: how they are sorted, and where a page ended. */

/** By how well they fit, or by a fact, from the least; with `-` from the greatest. */
export const BookSort = z.enum([
  'relevance',
  'id',
  'title',
  'price',
  '-price',
  'stock',
  '-stock',
  'year',
  '-year',
]);
export type BookSort = z.infer<typeof BookSort>;

/** Characters of the words that are looked for. */
export const MAX_SOUGHT = 200;

/** Letters of a title, without accents and capitals, by which it is sorted; those alike so far are in id order. */
export const TITLE_KEY_LETTERS = 48;

/** The last book of a page, by what it was sorted. */
export const SortPlace = z.object({
  key: z.union([z.string().max(TITLE_KEY_LETTERS), z.int()]),
  id: BookId,
});
export type SortPlace = z.infer<typeof SortPlace>;

/** What is looked for: all of what is said must hold. Without `q`, `isbn` and `topic`, all books. */
export const FindQuery = z.object({
  /** Words of title, authors, topic or ISBN. */
  q: z.string().max(MAX_SOUGHT).optional(),
  /** In thirteen digits. */
  isbn: z.string().max(20).optional(),
  topic: z.string().max(200).optional(),
  inStock: z.boolean().optional(),
  sort: BookSort,
  /** Books behind this place. */
  after: SortPlace.optional(),
  limit: z.int().min(1).max(10_000),
});
export type FindQuery = z.infer<typeof FindQuery>;

export const FoundPage = z.object({ books: z.array(Book), next: SortPlace.nullable() });
export type FoundPage = z.infer<typeof FoundPage>;
