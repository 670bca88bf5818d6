import * as z from 'zod';

/**
 * A happening as those who watch are told it: numbered by its node, with the node's wall time. The text is a sentence whose
 * subject is the node; the facts are for programs. Times of two nodes are never compared.
 */

/** The longest word among the facts, in characters. */
export const MAX_FACT = 200;
const Fact = z.union([z.string().max(MAX_FACT), z.number(), z.boolean()]);

/** The longest text of a happening, in characters. */
export const MAX_NEWS_TEXT = 300;

export const NumberedHappening = z.object({
  /** Counts the happenings of one run of the node, from 1. */
  seq: z.int().min(1),
  /** The node's wall time in ms. */
  at: z.int(),
  kind: z.string().max(32).meta({
    description: 'Such as `elected`, `linkLost`, `processEnded`, `life`; there may be more of them one day.',
  }),
  text: z.string().max(MAX_NEWS_TEXT),
  facts: z.record(z.string(), Fact),
});
export type NumberedHappening = z.infer<typeof NumberedHappening>;
export type NewsFacts = NumberedHappening['facts'];
