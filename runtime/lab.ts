import * as z from 'zod';

/**
 * The lab: faults made on purpose, for people who want to see what the store does about them. Only a store that was
 * started with `--lab` knows it. Every fault ends by itself.
 */

const Node = z.string().min(1).max(64);
/** Ms until the fault ends by itself. */
const forMs = z.int().min(100).max(30_000);

/** Which way nothing passes, seen from the node. */
export const CutWay = z.enum(['both', 'in', 'out']);
export type CutWay = z.infer<typeof CutWay>;

const variant = <Do extends string, Shape extends z.ZodRawShape>(name: Do, shape: Shape) =>
  z.strictObject({ do: z.literal(name), ...shape });

export const LabAction = z.discriminatedUnion('do', [
  /** Ends the process at once (SIGKILL); it is started again. */
  variant('kill', { node: Node }),
  /** Stops the process (SIGSTOP); it goes on after `forMs`. */
  variant('pause', { node: Node, forMs }),
  /** Nothing passes between the node and `from`, by default all others. */
  variant('cut', {
    node: Node,
    from: z.array(Node).min(1).max(64).optional(),
    way: CutWay.optional(),
    forMs,
  }),
  /** Each sync of a catalog's disk takes `syncMs` longer. */
  variant('slowDisk', { node: Node, syncMs: z.int().min(1).max(2_000), forMs }),
  /** Ends a catalog and removes its folder. Refused unless every other catalog is ready. */
  variant('wipe', { node: Node }),
  /** Stops the private Redis. */
  variant('pauseCache', { forMs }),
  /** Ends every fault. */
  variant('heal', {}),
  /** Says which faults there are. */
  variant('list', {}),
]);
export type LabAction = z.infer<typeof LabAction>;

/** A fault that lasts. */
export const LabFault = z.object({
  /** What was done, as a sentence. */
  text: z.string(),
  node: Node,
  endsInMs: z.int().min(0),
});
export type LabFault = z.infer<typeof LabFault>;

export const LabAnswer = z.object({
  /** What was done, as a sentence; nothing for `list`. */
  text: z.string().optional(),
  faults: z.array(LabFault),
});
export type LabAnswer = z.infer<typeof LabAnswer>;

/** What the launcher answers: done, or why not. */
export const LabReply = z.union([LabAnswer, z.object({ refused: z.string() })]);
export type LabReply = z.infer<typeof LabReply>;
