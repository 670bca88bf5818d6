import * as z from 'zod';
import { Count, CurrencyCode, Money, Replayed, Version, Via } from './answer-fields.ts';
import { BookId, CHANGED_FACTS, Key } from './domain.ts';
import { NodeState, NodeStatus } from './node-status.ts';

export * from './order-answers.ts';

/**
 * The answers of the store's outside API: money as decimal strings, times as ISO 8601. The gateway
 * makes them, the client library checks and types what it gets with them, and the OpenAPI and OpenRPC documents
 * describe them under their `id`s. HTTP bodies and JSON-RPC results are the same.
 */

const Retired = z.literal(true).optional().meta({ description: 'It is out of search and sale.' });

export const TitleAnswer = z.object({ id: BookId, title: z.string() }).meta({ id: 'Title' });
export type TitleAnswer = z.infer<typeof TitleAnswer>;

/** By JSON-RPC: a page of a topic where one was asked for, or its way; or else all of it as a bare list. */
export const TitlesAnswer = z.union([
  z.array(TitleAnswer),
  z.object({ books: z.array(TitleAnswer), next: BookId.nullable(), via: Via }),
]);

export const TopicsAnswer = z
  .object({
    topics: z.array(
      z
        .object({
          topic: z.string().meta({ description: 'As it was first written.' }),
          books: Count.meta({ description: 'The number of its books.' }),
        })
        .meta({ id: 'Topic' }),
    ),
    next: z.string().nullable().meta({ description: 'The `after` of the next page; null on the last.' }),
    via: Via,
  })
  .meta({ id: 'TopicsPage' });
export type TopicsAnswer = z.infer<typeof TopicsAnswer>;

export const BookAnswer = z
  .object({
    id: BookId,
    title: z.string(),
    topic: z.string(),
    price: Money,
    currency: CurrencyCode,
    stock: Count.meta({ description: 'Copies that can be bought now.' }),
    held: Count.meta({ description: 'Copies that are kept for those who hold them.' }),
    version: Version,
    authors: z.string().optional(),
    year: z.int().optional(),
    isbn: z.string().optional(),
    retired: Retired,
    perCustomer: z.int().optional().meta({ description: 'The most copies that one customer may have.' }),
    replayed: Replayed,
    via: Via,
  })
  .meta({ id: 'Book' });
export type BookAnswer = z.infer<typeof BookAnswer>;

export const BooksAnswer = z
  .object({
    books: z.array(BookAnswer),
    next: BookId.nullable().meta({ description: 'The `after` of the next page; null on the last.' }),
    via: Via,
  })
  .meta({ id: 'BooksPage' });
export type BooksAnswer = z.infer<typeof BooksAnswer>;

export const FoundAnswer = z
  .object({
    books: z.array(BookAnswer),
    next: z
      .string()
      .nullable()
      .meta({ description: 'The `after` of the next page, of the same sort; null on the last.' }),
  })
  .meta({ id: 'FoundPage' });
export type FoundAnswer = z.infer<typeof FoundAnswer>;

export const AddedAnswer = z
  .object({
    added: z.array(BookId),
    skipped: z
      .array(BookId)
      .meta({ description: 'Ids that existed already; those books are left as they are.' }),
    duplicates: z
      .array(z.object({ place: Count, isbn: z.string(), id: BookId }))
      .optional()
      .meta({
        description:
          'Books that were not added, by their place in what was given, and the book that has their ISBN.',
      }),
    version: Version,
    replayed: Replayed,
    via: Via,
  })
  .meta({ id: 'Added' });
export type AddedAnswer = z.infer<typeof AddedAnswer>;

export const ChangedAnswer = z
  .object({ changed: z.array(BookId), version: Version, replayed: Replayed, via: Via })
  .meta({ id: 'Changed' });
export type ChangedAnswer = z.infer<typeof ChangedAnswer>;

const Fact = z.union([z.string(), z.int(), z.boolean()]).nullable();

/** A change of a book as its history tells it. */
export const BookEventAnswer = z
  .object({
    number: z.int().min(1).meta({ description: 'Counts the changes of the book.' }),
    version: Version,
    at: z.iso.datetime(),
    key: Key.meta({ description: 'That of the request.' }),
    reason: z.string().optional(),
    changes: z
      .array(z.object({ fact: z.enum(CHANGED_FACTS), from: Fact, to: Fact }))
      .meta({ description: 'What it was and what it became; null where there was none.' }),
  })
  .meta({ id: 'BookEvent' });
export type BookEventAnswer = z.infer<typeof BookEventAnswer>;

export const HistoryAnswer = z
  .object({
    id: BookId,
    events: z.array(BookEventAnswer),
    next: z.int().nullable().meta({ description: 'The `after` of the next page; null on the last.' }),
  })
  .meta({ id: 'History' });
export type HistoryAnswer = z.infer<typeof HistoryAnswer>;

/** A book's state as `subscribe` and the `stock` notifications give it. */
export const StockAnswer = z
  .object({
    id: BookId,
    stock: Count,
    price: Money,
    currency: CurrencyCode,
    version: Version,
    topic: z.string().optional().meta({ description: 'Where its words are other ones now: its topic.' }),
    retired: Retired,
    at: z.iso.datetime().optional().meta({
      description: 'When it came to be so, by the clock of the leader; in notifications, where it is known.',
    }),
  })
  .meta({ id: 'Stock' });
export type StockAnswer = z.infer<typeof StockAnswer>;

export const SubscribedAnswer = z
  .object({
    books: z.array(z.union([BookAnswer, StockAnswer])),
    next: BookId.nullable().optional().meta({
      description: 'With `all`: the `after` of the next page; null on the last.',
    }),
  })
  .meta({ id: 'Subscribed' });

/** How much is still watched. */
export const UnsubscribedAnswer = z
  .object({
    ids: Count,
    topics: Count,
    events: Count.optional().meta({ description: 'Streams of events, where one was to be ended.' }),
  })
  .meta({ id: 'Unsubscribed' });

/** What a token allows: an admin everything, a reader the lists of what buyers did. */
export const Role = z.enum(['admin', 'reader']);
export type Role = z.infer<typeof Role>;

export const AuthenticatedAnswer = z
  .object({ authenticated: z.literal(true), role: Role })
  .meta({ id: 'Authenticated' });
export type AuthenticatedAnswer = z.infer<typeof AuthenticatedAnswer>;

/** A node as it says of itself; of one that does not answer, what is known otherwise. */
export const NodeAnswer = NodeStatus.extend({
  unaskedPayments: NodeStatus.shape.unaskedPayments.meta({
    description:
      'Of an order replica without a payment service: payments and refunds that are open from a time with one.',
  }),
  pid: NodeStatus.shape.pid.optional().meta({ description: 'Of its process; none while it has no process.' }),
  state: z.enum([...NodeState.options, 'unreachable']).meta({
    description: '`down`: it has no process. `unreachable`: it has one, or may have, and gives no answer.',
  }),
  url: NodeStatus.shape.url.optional(),
  reason: z.string().optional().meta({ description: 'Why it is in that state, where that is known.' }),
}).meta({ id: 'Node' });
export type NodeAnswer = z.infer<typeof NodeAnswer>;

export const StatusAnswer = z
  .object({
    boot: z.string().meta({
      description: 'Names this run of the gateway. Within one the counts and the version never go back.',
    }),
    nodes: z.array(NodeAnswer).meta({
      description: '`pid` and `url` are for those on the same machine, and for those with a token.',
    }),
    leader: z.string().nullable(),
    money: z
      .object({ currency: CurrencyCode, decimals: z.int().min(0).max(3) })
      .optional()
      .meta({ description: 'What all amounts are of, and how many decimal places they have.' }),
    cache: z.object({
      kind: z.enum(['redis', 'memory']),
      state: z
        .enum(['ready', 'degraded', 'bypassed'])
        .meta({ description: '`degraded`: read, but it takes no writes. `bypassed`: not asked.' }),
      reason: z.string().optional().meta({ description: 'Why it is not ready.' }),
      hits: Count,
      misses: Count,
    }),
    version: Version.nullable().meta({
      description: 'The highest log index this gateway knows to be committed; null until it knows one.',
    }),
  })
  .meta({ id: 'Status' });
export type StatusAnswer = z.infer<typeof StatusAnswer>;

const Ledger = z.object({
  initial: z.int(),
  restocked: z.int(),
  returned: z.int().meta({
    description: 'Copies of cancelled orders that are back on the shelf; what was written off stays sold.',
  }),
  sold: z.int(),
  held: z.int().meta({ description: 'Copies that are kept for those who hold them.' }),
  stock: z.int(),
});

export const AuditAnswer = z
  .object({
    consistent: z.boolean().meta({
      description: 'Every live catalog is at the same index with the same digest, and every book balances.',
    }),
    catalogs: z.array(
      z
        .object({
          id: z.string(),
          state: z.enum(['present', 'absent']),
          applied: Version.optional(),
          digest: z.string().optional(),
          books: Count.optional(),
          totals: Ledger.optional(),
          unbalanced: z.array(BookId).optional(),
        })
        .meta({ description: 'One that is absent has no figures.' }),
    ),
    books: z
      .array(Ledger.extend({ id: BookId }))
      .meta({ description: 'One page of the ledger, as the most advanced catalog has it.' }),
    next: BookId.nullable(),
  })
  .meta({ id: 'Audit' });
export type AuditAnswer = z.infer<typeof AuditAnswer>;
