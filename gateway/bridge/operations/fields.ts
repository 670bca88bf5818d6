import * as z from 'zod';
import { BookId, Customer, Key, MAX_NEW_BOOK_ID, NewBook } from '../../../runtime/domain.ts';
import type { ErrorCode } from '../../../runtime/errors.ts';
import { isbn13 } from '../../../runtime/isbn.ts';
import type { Limits } from '../../../runtime/limits.ts';
import { amountRule, type Currency, parseMoney } from '../../../runtime/money.ts';
import { StoreVersion } from '../store-versions.ts';

/** The fields that several operations take, checked once at the gateway's edge. */

/** An amount as a decimal string or a number, with no more places than the currency has; in its smallest unit afterwards. */
export function Price({ decimals }: Currency) {
  const message = `must be ${amountRule(decimals)}`;
  return z
    .union([z.string().meta({ examples: ['19.99'] }), z.number()], message)
    .transform((value, context) => {
      const cents = parseMoney(String(value), decimals);
      if (cents !== undefined) return cents;
      context.addIssue({ code: 'custom', message });
      return z.NEVER;
    });
}

const WELL_FORMED = 'must be well-formed Unicode';

/**
 * False for halves of surrogate pairs. JSON can spell them, but they have no UTF-8: they would all become one
 * and the same character, and two topics one key of Redis.
 */
const isWellFormed = (text: unknown) => typeof text !== 'string' || !/\p{Cs}/u.test(text);

/** Bounded before it is trimmed: what is cut out of a long text keeps all of it in memory. */
export const Topic = z
  .string()
  .max(1_000)
  .trim()
  .min(1)
  .max(200)
  .refine(isWellFormed, WELL_FORMED)
  .meta({ examples: ['distributed systems'] });

/** Of ten or thirteen digits, with hyphens or without; in thirteen digits afterwards. */
export const Isbn = z
  .string()
  .max(32)
  .transform((text, context) => {
    const isbn = isbn13(text.trim());
    if (isbn !== undefined) return isbn;
    context.addIssue({
      code: 'custom',
      message: 'must be an ISBN of 10 or 13 digits; its last digit must fit',
    });
    return z.NEVER;
  })
  .meta({ description: 'Of 10 or 13 digits, with hyphens or without.', examples: ['978-0-306-40615-7'] });

/** A character that is seen: no control, space, mark of text direction or filler, and no empty Braille cell. */
const VISIBLE = /[^\p{Cc}\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/u;

const visible = <Text extends z.ZodType<string>>(text: Text) =>
  text.refine((given) => given === '' || VISIBLE.test(given), 'must have a character that can be seen');

const { title, topic, authors, year } = NewBook.shape;

export function OutsideBook(currency: Currency) {
  return z
    .strictObject({
      ...NewBook.shape,
      id: BookId.max(MAX_NEW_BOOK_ID).optional(),
      title: visible(title),
      topic: visible(topic),
      authors: visible(authors.unwrap()).optional(),
      isbn: Isbn.optional(),
      price: Price(currency).meta({ description: 'Of one copy.' }),
    })
    .refine((book) => Object.values(book).every(isWellFormed), WELL_FORMED);
}

const NO_CONTROLS = 'must have no control characters';

const plainText = <Text extends z.ZodType<string>>(text: Text) =>
  visible(text)
    .refine((given) => !/\p{Cc}/u.test(given), NO_CONTROLS)
    .refine(isWellFormed, WELL_FORMED);

/** What a change of a book may say of its texts; null takes one away that need not be there. */
export function editedFacts() {
  const takenAway = { description: 'null takes it away.' };
  return {
    title: plainText(title).optional(),
    authors: plainText(authors.unwrap().min(1)).nullable().optional().meta(takenAway),
    topic: plainText(topic).optional().meta({ description: 'The book moves to the list of that topic.' }),
    year: year.unwrap().nullable().optional().meta(takenAway),
    isbn: Isbn.nullable().optional().meta(takenAway),
  };
}

/** Why the number of copies is changed. */
export const ChangeReason = plainText(z.string().trim().min(1).max(200)).meta({
  description: 'For the history of the book.',
  examples: ['two are torn'],
});

/** Whose copies a purchase or a hold is for. */
export const CustomerName = Customer.refine(isWellFormed, WELL_FORMED)
  .optional()
  .meta({
    description:
      'Who buys. Books with a limit for each customer need it (`customer-needed`); by it the order is another one.',
    examples: ['alice@example.org'],
  });

/** Why a cart cannot be had, bought or held. */
export const CART_ERRORS = [
  'sold-out',
  'price-changed',
  'total-limit',
  'unknown-book',
  'retired',
  'customer-needed',
  'limit-reached',
] as const satisfies readonly ErrorCode[];

/** The lines of a cart; one of them may stand alone. */
export function cartFields({ maxQuantity, maxLines }: Limits, currency: Currency) {
  const quantity = z.int().min(1).max(maxQuantity).default(1).meta({ description: 'How many copies.' });
  const expected = Price(currency).optional().meta({
    description:
      'The price of one copy that the buyer expects; at another nothing is sold (`price-changed`).',
  });
  const Line = z.strictObject({ id: BookId, quantity, price: expected });
  return { Line, lines: z.array(Line).min(1).max(maxLines) };
}

const Consistency = z
  .enum(['default', 'strong'])
  .optional()
  .meta({ description: '`strong` asks a catalog for a linearizable answer past every cache.' });

/** How new an answer is wanted. */
export const newness = {
  consistency: Consistency,
  minVersion: StoreVersion.optional().meta({
    description:
      'The answer is at least as new as what that version was told with, whichever gateway told it (`version-unknown` if it is not of this store).',
  }),
};

export const IdempotencyKey = Key.optional().meta({
  description: 'Makes the request exactly-once: the same key again gets the recorded answer.',
});

export const ExpectedVersion = z
  .int('must be a version as an ETag has it, like "17"')
  .min(0)
  .optional()
  .meta({ description: 'The change is refused (`version-changed`) unless the book is at this version.' });

export const Explain = z
  .boolean()
  .optional()
  .meta({ description: '`via` in the answer says who served it.' });

/** Where a page begins. */
export const After = <Type extends z.ZodType>(type: Type) =>
  type.optional().meta({ description: 'The `next` of the page before; without it, from the beginning.' });

/** How much a page has: `standard` unless it is said. */
export const PageLimit = ({ maxPage }: Limits, standard: number | string) =>
  z
    .int()
    .min(1)
    .max(maxPage)
    .optional()
    .meta({ description: `The most that the page may have; ${standard} unless it is said.` });

export const Trace = z
  .union([z.boolean(), z.string().max(200)])
  .optional()
  .meta({
    description:
      'True, or a `traceparent` with the sampled flag: `trace {orderId}` says afterwards what it took.',
  });
