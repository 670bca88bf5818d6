import * as z from 'zod';
import { FoundAnswer } from '../../../runtime/api.ts';
import { BazarError } from '../../../runtime/errors.ts';
import { BookSort, MAX_SOUGHT, SortPlace } from '../../../runtime/finding.ts';
import type { Limits } from '../../../runtime/limits.ts';
import { Isbn, newness, PageLimit, Topic } from './fields.ts';
import { operation, PAGE, read } from './operation.ts';
import { strength } from './reads.ts';

/** Finding a book. */
export function findOperations(limits: Limits) {
  return {
    find: operation({
      summary: 'Books by words of title, authors, topic and ISBN, sorted, page by page',
      kind: PAGE,
      route: 'GET /books',
      params: z.strictObject({
        q: z
          .string()
          .max(MAX_SOUGHT)
          .optional()
          .meta({
            description: `Words that a book must have, or that one of its words begins with; accents and capitals do not count. Where no book has them all, words that are spelled a little differently count too. The first ${limits.maxFindWords} words are looked for; an ISBN is looked for as one.`,
          }),
        isbn: Isbn.optional(),
        topic: Topic.optional().meta({ description: 'Books of this topic, matched whole, as in a search.' }),
        inStock: z.boolean().optional().meta({ description: 'True: only books of which there are copies.' }),
        sort: BookSort.optional().meta({
          description:
            '`relevance` unless it is said: those that fit best first. With `-`, the greatest first. Equal ones are in id order.',
        }),
        after: After,
        limit: PageLimit(limits, limits.defaultPage),
        ...newness,
      }),
      answers: { 200: ['A page, empty where nothing fits.', FoundAnswer] },
      heavy: 'pages',
      async run(
        { service, views },
        { sort = 'relevance', after, consistency, limit, inStock, ...sought },
        call,
      ) {
        if (after && after.sort !== sort) {
          throw new BazarError(
            'invalid-request',
            `after is the \`next\` of a page with the sort ${after.sort}, and not ${sort}.`,
          );
        }
        const page = {
          ...sought,
          ...(inStock && { inStock }),
          sort,
          ...(after && { after: after.place }),
          limit: limit ?? limits.defaultPage,
        };
        const served = await service.find(page, { ...strength(consistency), deadline: call.deadline });
        return read(served, ({ books, next }) => ({
          books: books.map(views.book),
          next: next && nextOf(sort, next),
        }));
      },
    }),
  };
}

const Next = z.tuple([BookSort, SortPlace.shape.key, SortPlace.shape.id]);

/** A place as clients carry it: they need not know what is in it. */
function nextOf(sort: BookSort, { key, id }: SortPlace): string {
  return Buffer.from(JSON.stringify([sort, key, id])).toString('base64url');
}

/** No `next` is longer. */
const MAX_NEXT = 500;

const After = z
  .string()
  .max(MAX_NEXT)
  .transform((text, context) => {
    const { data } = Next.safeParse(parsed(Buffer.from(text, 'base64url').toString()));
    if (data) return { sort: data[0], place: { key: data[1], id: data[2] } };
    context.addIssue({ code: 'custom', message: 'must be the `next` of the page before' });
    return z.NEVER;
  })
  .optional()
  .meta({ description: 'The `next` of the page before; without it, from the beginning.' });

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
