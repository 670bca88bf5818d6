import * as z from 'zod';
import { BookAnswer, ChangedAnswer, HistoryAnswer } from '../../../runtime/api.ts';
import { type BookEdit, BookId, MAX_STOCK, type Result } from '../../../runtime/domain.ts';
import { BazarError } from '../../../runtime/errors.ts';
import type { Limits } from '../../../runtime/limits.ts';
import type { Currency } from '../../../runtime/money.ts';
import type { Context } from '../context.ts';
import {
  After,
  ChangeReason,
  ExpectedVersion,
  Explain,
  editedFacts,
  IdempotencyKey,
  newness,
  PageLimit,
  Price,
} from './fields.ts';
import { type Answer, type Description, operation, PAGE, read, WRITE, written } from './operation.ts';
import { strength } from './reads.ts';

/** The care of the catalogue: what is changed of books that are there, and what was. */
export function careOperations(limits: Limits, currency: Currency) {
  const by = z
    .int()
    .min(-MAX_STOCK)
    .max(MAX_STOCK)
    .meta({
      description: 'Copies more, or with a minus fewer, whatever is sold meanwhile; never below none.',
      examples: [-2],
    });
  const adjust = z.strictObject({ by, reason: ChangeReason.optional() });
  const facts = {
    ...editedFacts(),
    price: Price(currency).optional().meta({ description: 'Its new price.' }),
    perCustomer: perCustomer(),
    restock: copies(1).meta({ description: 'Copies to add.' }),
    stock: copies(0).meta({ description: 'Copies that there are from now on.' }),
    adjust: adjust.optional().meta({ description: 'Copies more or fewer, and why.' }),
    expectVersion: ExpectedVersion,
  };
  const Change = z.strictObject({ id: BookId, ...facts });
  const same = { expectVersion: ExpectedVersion, key: IdempotencyKey, explain: Explain };

  return {
    updateBook: operation({
      ...A_CHANGE,
      summary: 'Change a book: its texts, its price, its stock',
      route: 'PATCH /books/:id',
      params: Change.extend({ key: IdempotencyKey, explain: Explain }),
      rule: { holds: isChange, message: A_CHANGE_RULE },
      run: async (context, { id, key, explain: _, ...change }) => {
        if (Object.keys(change).every((name) => OF_OLD.has(name)))
          return written(context, await context.writes.updateBook(id, change, key));
        return written(context, await context.writes.changeBooks([{ id, ...change }], key));
      },
    }),

    changeBooks: operation({
      ...A_CHANGE,
      summary: 'Change several books, all or none',
      route: 'PATCH /books',
      params: z.strictObject({
        changes: z.array(Change).min(1).max(limits.maxBooksPerRequest),
        key: IdempotencyKey,
        explain: Explain,
      }),
      wholeBody: 'changes',
      answers: { 200: ['Which were changed; those that were so already are not among them.', ChangedAnswer] },
      async run(context, { changes, key }) {
        refuseWhatIsNone(changes);
        const submitted = await context.writes.changeBooks(changes, key);
        return { ...written(context, submitted), body: () => changedOf(submitted.result) };
      },
    }),

    adjustStock: operation({
      ...A_CHANGE,
      summary: 'Put in or take away copies, as counted or broken, whatever is sold meanwhile',
      route: 'POST /books/:id/adjust',
      params: z.strictObject({ id: BookId, by, reason: ChangeReason.optional(), ...same }),
      run: (context, { id, by, reason, expectVersion, key }) =>
        change(context, { id, adjust: { by, reason }, expectVersion }, key),
    }),

    retireBook: operation({
      ...A_CHANGE,
      summary: 'Take a book out of search and sale; its orders stay',
      route: 'POST /books/:id/retire',
      params: z.strictObject({ id: BookId, ...same }),
      run: (context, { id, expectVersion, key }) =>
        change(context, { id, retired: true, expectVersion }, key),
    }),

    restoreBook: operation({
      ...A_CHANGE,
      summary: 'Bring a retired book back into search and sale',
      route: 'POST /books/:id/restore',
      params: z.strictObject({ id: BookId, ...same }),
      run: (context, { id, expectVersion, key }) =>
        change(context, { id, retired: false, expectVersion }, key),
    }),

    history: operation({
      summary: 'The changes of a book, the latest first, page by page',
      kind: PAGE,
      route: 'GET /books/:id/history',
      role: 'reader',
      params: z.strictObject({
        id: BookId,
        after: After(z.int().min(1)),
        limit: PageLimit(limits, limits.defaultPage),
        ...newness,
      }),
      answers: { 200: ['A page; sales are orders and not among them.', HistoryAnswer] },
      errors: ['unknown-book'],
      heavy: 'pages',
      async run({ service, views }, { id, after, limit = limits.defaultPage, consistency }, { deadline }) {
        const page = { id, after, limit };
        const served = await service.history(page, { ...strength(consistency), deadline });
        return read(served, (found) => {
          if (found.events === null)
            throw new BazarError('unknown-book', `There is no book ${id}.`, { bookId: id });
          return views.history(id, found.events, found.next);
        });
      },
    }),
  };
}

const perCustomer = () =>
  z.int().min(1).max(MAX_STOCK).nullable().optional().meta({
    description:
      'The most copies that one customer may have, of those bought or held from now on; null takes the limit away.',
  });

const copies = (least: number) => z.int().min(least).max(MAX_STOCK).optional();

const A_CHANGE = {
  kind: WRITE,
  role: 'admin',
  answers: { 200: ['The book as it is now.', BookAnswer] },
  errors: ['unknown-book', 'version-changed', 'stock-limit', 'too-few-copies', 'isbn-taken', 'not-yet'],
} as const satisfies Partial<Description>;

/** What the log has taken since its first level, in the command that it has had since then. */
const OF_OLD: ReadonlySet<string> = new Set(['price', 'restock', 'stock', 'expectVersion']);

const A_CHANGE_RULE = 'must say what to change, and at most one of restock, stock and adjust';

function isChange({ restock, stock, adjust, ...rest }: Partial<BookEdit>): boolean {
  const ofStock = [restock, stock, adjust].filter((one) => one !== undefined).length;
  const { id: _id, expectVersion: _version, ...others } = rest;
  return (
    ofStock < 2 && (ofStock === 1 || Object.entries(others).some(([name, value]) => isFact(name, value)))
  );
}

const isFact = (name: string, value: unknown) => value !== undefined && name !== 'key' && name !== 'explain';

function refuseWhatIsNone(changes: readonly BookEdit[]): void {
  for (const [place, wish] of changes.entries()) {
    if (isChange(wish)) continue;
    throw new BazarError('invalid-request', `changes.${place} ${A_CHANGE_RULE}.`, { bookId: wish.id });
  }
  const seen = new Set<BookId>();
  for (const { id } of changes) {
    if (seen.has(id))
      throw new BazarError('invalid-request', `changes has book ${id} twice.`, { bookId: id });
    seen.add(id);
  }
}

/** Of a single book the log has the book as it is, which it need not have been changed to now. */
function changedOf(result: Result): ChangedAnswer {
  const { version } = result;
  if (result.kind === 'changed') return { changed: result.ids, version };
  if (result.kind !== 'updated') throw new Error(`a change of books came to ${result.kind}`);
  return { changed: result.book.version === version ? [result.book.id] : [], version };
}

async function change(context: Context, wish: BookEdit, key: string | undefined): Promise<Answer> {
  return written(context, await context.writes.changeBooks([wish], key));
}
