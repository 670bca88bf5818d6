import * as z from 'zod';

/** The figures of one node at one moment, as it tells them to a gateway while somebody watches. */

const Count = z.int().min(0);
const Name = z.string().min(1).max(64);

/** One link as one of its ends sees it. */
export const LinkFigures = z
  .object({
    peer: Name,
    state: z.enum(['open', 'dialling', 'greeting', 'pausing', 'lost']),
    outboxBytes: Count.meta({ description: 'Bytes that wait to be taken by the operating system.' }),
    asks: Count.meta({ description: 'Asks that wait for the peer’s answer.' }),
    problem: z.string().max(200).optional().meta({ description: 'Why it was lost last.' }),
  })
  .meta({ id: 'LinkFigures' });
export type LinkFigures = z.infer<typeof LinkFigures>;

/** Raft, as one replica has it. Countdown and patience in ms. */
export const RaftFigures = z
  .object({
    role: z.enum(['recovering', 'reader', 'follower', 'pre-candidate', 'candidate', 'leader']),
    term: Count,
    leader: Name.nullable(),
    votes: z.array(Name).optional(),
    commit: Count,
    applied: Count,
    firstIndex: Count,
    lastIndex: Count,
    durableIndex: Count,
    electionElapsedMs: Count,
    electionTimeoutMs: Count,
    /** What the leader knows of each follower. */
    followers: z
      .array(
        z.object({ id: Name, match: Count, next: Count, mode: z.enum(['probe', 'replicate', 'snapshot']) }),
      )
      .optional(),
  })
  .meta({ id: 'RaftFigures' });
export type RaftFigures = z.infer<typeof RaftFigures>;

/** Synced batches since the figures before. */
export const SyncFigures = z
  .object({
    batches: Count,
    operations: Count,
    lastMs: z.number().min(0),
    maxMs: z.number().min(0),
  })
  .meta({ id: 'SyncFigures' });
export type SyncFigures = z.infer<typeof SyncFigures>;

export const CacheFigures = z
  .object({
    kind: z.enum(['redis', 'memory']),
    state: z.enum(['ready', 'degraded', 'bypassed']),
    reason: z.string().max(200).optional(),
    hits: Count,
    misses: Count,
  })
  .meta({ id: 'CacheFigures' });

export const NodeFigures = z
  .object({
    machines: z
      .record(z.string().max(64), z.string().max(64))
      .meta({ description: 'The present state of each of its machines, such as `running.ready`.' }),
    links: z.array(LinkFigures),
    rssBytes: Count,
    lateMs: Count.meta({
      description:
        'How much later than planned these figures were gathered: the event loop was held up that long.',
    }),
    cpu: z
      .number()
      .min(0)
      .meta({ description: 'The part of one processor that was used since the figures before.' }),
    raft: RaftFigures.optional(),
    sync: SyncFigures.optional(),
    /** Order replicas: the believed leader, and submissions without an answer. */
    order: z.object({ leader: Name.nullable(), inFlight: Count }).optional(),
    gateway: z.object({ version: Count.nullable(), feed: Name.nullable(), cache: CacheFigures }).optional(),
  })
  .meta({ id: 'NodeFigures' });
export type NodeFigures = z.infer<typeof NodeFigures>;
