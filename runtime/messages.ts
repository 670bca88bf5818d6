import * as z from 'zod';
import { CatalogAudit } from './catalog-audit.ts';
import { ChangesPage, ChangesQuery } from './changes.ts';
import {
  Book,
  BookChange,
  BookId,
  Command,
  HistoryPage,
  HistoryQuery,
  Key,
  LogCommand,
  Order,
  Result,
} from './domain.ts';
import { NodeFigures } from './figures.ts';
import { FindQuery, FoundPage } from './finding.ts';
import { NodeStatus } from './node-status.ts';
import { NumberedHappening } from './numbered-happening.ts';

/**
 * Every message between the processes, in the order in which a purchase meets them. A message with a `reply` is
 * an ask: its sender gets the reply, the receiver's error, or an error of the link (`unreachable`, `link-lost`,
 * `timeout`). A message without one is sent and forgotten; what its loss means is said beside it.
 *
 * Who sent a message is not in it: the link's greeting proved that once (see `link.ts`).
 */

const Index = z.int().min(0);
const Term = z.int().min(0);
const NodeName = z.string().min(1).max(64);
/** The present start of the store, once it stands in the log; null until then. */
const Boot = z.string().max(64).nullable();

/** A log entry. `command` is null in the no-op with which a leader opens its term; `at` is its wall time in ms. */
export const Entry = z.object({ term: Term, at: z.int(), command: LogCommand.nullable() });
export type Entry = z.infer<typeof Entry>;
/** A command as a log carries it. */
export type LoggedCommand = NonNullable<Entry['command']>;

/** Reads carry the version they must show at least, or ask for a linearizable answer. */
const ReadOptions = { minVersion: Index, strong: z.boolean() };
/** What pages come to, and the applied index that they show at least. */
const Sized = { bytes: z.int().min(0), asOf: Index };
const Page = { after: z.string().optional(), limit: z.int().min(1).max(10_000) };

export const MESSAGES = {
  /** Gateway → order: see this command through. Loss: the gateway asks another order with the same key. */
  submit: {
    body: z.object({ command: Command }),
    /** `leader` is the catalog that led when it was decided. */
    reply: z.object({ result: Result, leader: NodeName.optional() }),
  },

  /**
   * Order → catalog, and follower → leader (`forwarded`, once): put this command into the log. The reply comes
   * when the entry is committed (synced on a majority) and applied. Loss: the saga proposes the same key again.
   */
  propose: {
    body: z.object({ command: Command, forwarded: z.boolean() }),
    reply: z.object({ result: Result, leader: NodeName }),
  },

  /** Candidate → catalogs. Loss: the election times out and another follows. */
  'raft.vote': { body: z.object({ term: Term, pre: z.boolean(), lastIndex: Index, lastTerm: Term }) },
  /** Catalog → candidate; `term` is the voter's, `campaign` the term the vote was asked for. */
  'raft.voted': {
    body: z.object({ term: Term, campaign: Term, pre: z.boolean(), granted: z.boolean() }),
  },

  /**
   * Leader → followers: the broadcast update message. Without entries it is the heartbeat. Loss: the next one
   * does not fit, is refused, and the leader goes back to where it does.
   */
  'raft.append': {
    body: z.object({
      term: Term,
      prevIndex: Index,
      prevTerm: Term,
      entries: z.array(Entry),
      commit: Index,
      seq: z.int().min(0),
    }),
  },
  /**
   * Follower → leader: `match` and `agreed` when ok, the conflict's place when not. `seq` is the append's. Entries are
   * acknowledged after their sync. An append without any is answered at once, with what is durable already.
   */
  'raft.appended': {
    body: z.object({
      term: Term,
      ok: z.boolean(),
      /** Up to here the follower's log is durable and agrees. */
      match: Index,
      /** Up to here it agrees in memory; only where that is more than `match`. */
      agreed: Index.optional(),
      conflictTerm: Term.optional(),
      conflictIndex: Index.optional(),
      seq: z.int().min(0),
    }),
  },

  /** Leader → a follower too far behind, or who has it → who wanted it: the applied state, piece by piece. Loss: the transfer starts again. */
  'raft.snapshot': {
    body: z.object({
      term: Term,
      transfer: z.string(),
      index: Index,
      lastTerm: Term,
      sum: z.int(),
      /** Where an outer log has it. */
      place: z.object({ cursor: Index, ordinal: Index }).optional(),
      digest: z.string(),
      checksum: z.int().min(0),
      chunk: z.int().min(0),
      records: z.array(z.tuple([z.string(), z.string().nullable()])),
      /** They have changed since the transfer began; null stands for one that is gone. */
      amends: z.boolean(),
      done: z.boolean(),
    }),
  },
  /** A catalog → another, where an outer log was trimmed: send me a state newer than `index`. Loss: the next is asked. */
  'snapshot.wanted': { body: z.object({ index: Index }) },
  /** Follower → leader: this chunk is durable. `ok: false` ends the transfer. */
  'raft.snapshotted': {
    body: z.object({ term: Term, transfer: z.string(), chunk: z.int().min(0), ok: z.boolean() }),
  },

  /**
   * A catalog → all nodes that are linked, and each that links later: my disk is full, so I take part in nothing until I
   * start anew. Followers of it stand for election at once; orders refuse commands where it was one too many. Loss:
   * they find it out by its silence, and by their deadlines.
   */
  'disk.filled': { body: z.object({ words: z.string().max(200) }) },

  /**
   * A catalog whose disk was wiped → every other: what must I not fall behind? Asked again until answered. One
   * that is `recovering` itself has nothing to say.
   */
  'raft.identify': {
    body: z.object({}),
    reply: z.discriminatedUnion('recovering', [
      z.object({ recovering: z.literal(true) }),
      z.object({ recovering: z.literal(false), term: Term, lastTerm: Term, lastIndex: Index }),
    ]),
  },

  /** Any node → a catalog, follower → leader (`forwarded`): a commit index that a quorum confirmed after now. */
  'read.index': { body: z.object({ forwarded: z.boolean() }), reply: z.object({ index: Index }) },

  /** Gateway → catalog: one book. `behind` if the replica cannot show `minVersion` soon. */
  'read.book': {
    body: z.object({ id: BookId, ...ReadOptions }),
    reply: z.object({ book: Book.nullable(), asOf: Index }),
  },
  /**
   * Gateway → catalog: ids and titles of a topic in id order, after the id `after`; as many as `maxPageBytes` allow
   * where there is no `limit`. With `light` a topic of more than `lightAnswerBytes` is refused as `too-large`. `version` is the last index at which the list changed. Pages are cut by bytes as well
   * as by number: `next` is where they go on, `bytes` what the elements come to.
   */
  'read.topic': {
    body: z.object({
      topic: z.string(),
      after: z.int().min(0).optional(),
      limit: z.int().min(1).max(10_000).optional(),
      light: z.boolean().optional(),
      ...ReadOptions,
    }),
    reply: z.object({
      books: z.array(z.object({ id: BookId, title: z.string() })),
      next: BookId.nullable(),
      bytes: z.int().min(0),
      version: Index,
      asOf: Index,
    }),
  },
  /**
   * Gateway → catalog: a page of all topics in code-unit order of their keys, after the topic `after`, each as it was
   * first written and with the number of its books.
   */
  'read.topics': {
    body: z.object({ ...Page, ...ReadOptions }),
    reply: z.object({
      topics: z.array(z.object({ topic: z.string(), books: z.int().min(1) })),
      next: z.string().nullable(),
      ...Sized,
    }),
  },
  /** Gateway → catalog: a page of all books in id order, after the id `after`. */
  'read.books': {
    body: z.object({ after: BookId.optional(), limit: z.int().min(1).max(10_000), ...ReadOptions }),
    reply: z.object({ books: z.array(Book), next: BookId.nullable(), ...Sized }),
  },
  /** Gateway → catalog: a page of the books that fit, sorted, behind the place `after`. */
  'read.find': { body: FindQuery.extend(ReadOptions), reply: FoundPage.extend(Sized) },
  /** Gateway → catalog: a page of what was changed of a book, the latest first, before the change with the number `after`. */
  'read.history': { body: HistoryQuery.extend(ReadOptions), reply: HistoryPage.extend(Sized) },
  /** Gateway → catalog: one recorded order, confirmed or refused. */
  'read.order': {
    body: z.object({ orderId: Key, ...ReadOptions }),
    reply: z.object({ order: Order.nullable(), asOf: Index }),
  },
  /** Order → catalog: payments and refunds that are open, so that those of a dead one are taken over. Loss: it asks again soon. */
  'read.payments': {
    body: z.object({ limit: z.int().min(1).max(1_000), ...ReadOptions }),
    reply: z.object({
      open: z.array(z.object({ orderId: Key, total: z.int().min(0), isHeld: z.boolean() })).max(1_000),
      /** Catalogs of earlier versions know none. */
      refunds: z
        .array(z.object({ orderId: Key, key: Key, amount: z.int().min(0) }))
        .max(1_000)
        .optional(),
      asOf: Index,
    }),
  },
  /** Gateway → catalog: a page of recorded orders in order-id order. */
  'read.orders': {
    body: z.object({ ...Page, ...ReadOptions }),
    reply: z.object({ orders: z.array(Order), next: z.string().nullable(), ...Sized }),
  },

  /** Gateway → catalog: a page of what has happened to orders, in the order of the log. */
  'read.changes': { body: ChangesQuery.extend(ReadOptions), reply: ChangesPage.extend(Sized) },

  /**
   * Gateway → catalog: send me every commit after index `from`. `reset`: `from` is too old, the feed starts at
   * `index`. Refused as `unavailable` by a catalog that hears neither a leader nor the engine outside.
   */
  'feed.follow': {
    body: z.object({ from: Index }),
    reply: z.object({ index: Index, reset: z.boolean(), boot: Boot }),
  },
  /**
   * Catalog → gateway: the newest states of all books that the entries after `from` up to `index` changed. `from`
   * past what was received means a gap (the catalog's ring was passed): treat it as a `reset`. Loss (link closed):
   * follow again from `index`.
   */
  'feed.changes': { body: z.object({ from: Index, index: Index, changes: z.array(BookChange) }) },
  /**
   * Gateway → the catalog it follows, at an interval: is what you have told still all there is? The changes up to
   * `index` were sent before the reply; `silentMs` ago they held everything that was committed (null:
   * never so far). Loss: after `leaderSilenceMs` without a good answer another catalog is followed.
   */
  'feed.alive': {
    body: z.object({}),
    reply: z.object({ index: Index, silentMs: z.int().min(0).nullable(), boot: Boot }),
  },
  /** Gateway → catalog: I follow another one. Loss: it goes on telling, and nobody listens. */
  'feed.leave': { body: z.object({}) },

  /** Gateway → every node. */
  status: { body: z.object({}), reply: NodeStatus },
  /** Gateway → catalog: the ledger once `atLeast` is applied, `limit` books after the id `after`. */
  audit: {
    body: z.object({
      atLeast: Index,
      after: BookId.optional(),
      limit: z.int().min(0).max(10_000),
      waitMs: z.int().min(0),
    }),
    reply: CatalogAudit,
  },

  /**
   * Gateway → every node, again and again while somebody watches: tell me what happens, and your figures. It counts for
   * `watchLeaseMs`. `after` is the last happening that is known of the run `run`. Loss: the next one comes soon.
   */
  'node.watch': { body: z.object({ run: z.string().max(64), after: z.int().min(0) }) },
  /** Node → a gateway that watches, in order. Loss (link closed): what is still kept is told when it watches again. */
  'node.happened': {
    body: z.object({ run: z.string().max(64), happenings: z.array(NumberedHappening).max(1_000) }),
  },
  /** Node → a gateway that watches, every `figuresEveryMs`. Loss: the next ones are newer. */
  'node.figures': { body: NodeFigures },
} as const;

export type MessageType = keyof typeof MESSAGES;
export type Body<T extends MessageType> = z.infer<(typeof MESSAGES)[T]['body']>;
/** The types that are answered. */
export type AskType = {
  [T in MessageType]: (typeof MESSAGES)[T] extends { reply: unknown } ? T : never;
}[MessageType];
/** The types that are sent and forgotten. */
export type TellType = Exclude<MessageType, AskType>;
export type Reply<T extends AskType> = (typeof MESSAGES)[T] extends { reply: infer S extends z.ZodType }
  ? z.infer<S>
  : never;
