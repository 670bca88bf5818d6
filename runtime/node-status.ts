import * as z from 'zod';

const Index = z.int().min(0);
const Term = z.int().min(0);
const NodeName = z.string().min(1).max(64);

/** The life of a process, as it tells it. */
export const NodeState = z.enum(['starting', 'catching-up', 'ready', 'draining', 'down']);
export type NodeState = z.infer<typeof NodeState>;

/** What a node says of itself in `GET /status`. */
export const NodeStatus = z.object({
  id: NodeName,
  kind: z.enum(['gateway', 'order', 'catalog']),
  pid: z.int(),
  state: NodeState,
  role: z.enum(['follower', 'pre-candidate', 'candidate', 'leader']).optional(),
  term: Term.optional(),
  applied: Index.optional(),
  leader: NodeName.optional(),
  /** Of a catalog: what orders the log, where the catalogs do not themselves. */
  engine: NodeName.optional(),
  url: z.string(),
  /** Why it is in that state, where it knows. */
  reason: z.string().optional(),
  /** Of an order replica without a payment service: payments and refunds that a time with one has left open. */
  unaskedPayments: z.int().min(1).optional(),
});
export type NodeStatus = z.infer<typeof NodeStatus>;
