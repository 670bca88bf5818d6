import { z } from 'zod';

/**
 * What happened to a node and is worth telling to people. The text is a sentence whose subject is the node; the facts
 * are for programs. Times are of the node's own clock and are never compared with another's.
 */
export const HAPPENING_KINDS = [
  'life',
  'role',
  'vote',
  'term',
  'link-opened',
  'link-lost',
  'snapshot',
  'disk',
  'behind',
  'process-ended',
  'process-started',
  'cache',
  'feed',
  'left-out',
] as const;
export type HappeningKind = (typeof HAPPENING_KINDS)[number];

const Fact = z.union([z.string().max(200), z.number(), z.boolean()]);

/** The longest text of a happening, in characters. */
export const MAX_HAPPENING_TEXT = 300;

export const Happening = z.object({
  /** Counts the happenings of one run of the node, from 1. */
  seq: z.int().min(1),
  /** The node's wall time in ms. */
  at: z.int(),
  kind: z.enum(HAPPENING_KINDS),
  text: z.string().max(MAX_HAPPENING_TEXT),
  facts: z.record(z.string(), Fact),
});
export type Happening = z.infer<typeof Happening>;
export type HappeningFacts = Happening['facts'];
