import * as z from 'zod';
import { NodeAnswer } from './api.ts';
import { NodeFigures } from './figures.ts';
import { NumberedHappening } from './numbered-happening.ts';

/**
 * What `watch` answers and what its notifications carry: how the store is at work, node by node. A happening is told
 * in order for each node and once; figures replace those before.
 */

/** A happening with the node and the run of it that it belongs to. */
export const ToldHappening = NumberedHappening.extend({ node: z.string(), run: z.string() }).meta({
  id: 'Happening',
});
export type ToldHappening = z.infer<typeof ToldHappening>;

export const WatchTopic = z.enum(['happenings', 'figures']);
export type WatchTopic = z.infer<typeof WatchTopic>;

export const WatchedNodeAnswer = NodeAnswer.pick({ id: true, kind: true, pid: true, reason: true })
  .extend({
    state: z.enum([...NodeAnswer.shape.state.options, 'unknown']).meta({
      description: '`unknown`: it was asked just now and has not answered yet.',
    }),
    figures: NodeFigures.nullable().meta({ description: 'The latest; null until there are some.' }),
    ageMs: z
      .int()
      .min(0)
      .nullable()
      .meta({ description: 'How long ago they came, by this gateway’s clock.' }),
  })
  .meta({ id: 'WatchedNode' });
export type WatchedNodeAnswer = z.infer<typeof WatchedNodeAnswer>;

/** What the gateway answered in the last second. */
export const RatesAnswer = z
  .object({
    requests: z.number().min(0),
    purchases: z.number().min(0),
    p50Ms: z.number().min(0).nullable(),
    p99Ms: z.number().min(0).nullable(),
    routes: z.array(z.object({ route: z.string(), requests: z.number(), p99Ms: z.number().nullable() })),
  })
  .meta({ id: 'Rates' });
export type RatesAnswer = z.infer<typeof RatesAnswer>;

export const FiguresAnswer = z
  .object({
    boot: z.string().meta({ description: 'Names this run of the gateway.' }),
    at: z.int().meta({ description: 'The gateway’s wall time in ms.' }),
    version: z.int().min(0).nullable(),
    leader: z.string().nullable(),
    rates: RatesAnswer.nullable(),
    nodes: z.array(WatchedNodeAnswer),
  })
  .meta({ id: 'Figures' });
export type FiguresAnswer = z.infer<typeof FiguresAnswer>;

export const WatchAnswer = z
  .object({
    happenings: z
      .array(ToldHappening)
      .meta({ description: 'Those kept of every node, oldest first for each.' }),
    figures: FiguresAnswer.nullable(),
  })
  .meta({ id: 'Watch' });
export type WatchAnswer = z.infer<typeof WatchAnswer>;

export const UnwatchAnswer = z.object({ what: z.array(WatchTopic) }).meta({ id: 'Unwatch' });
