import type { Mutant } from './mutant.ts';
import { crowdUnder, limits, longLists, readersOfPages, slicesUnder } from './plans.ts';

const SMALL_BATCHES = limits({
  maxBatchOperations: 8,
  maxEntriesPerAppend: 4,
  maxEntriesInFlight: 8,
  maxUncommittedEntries: 20,
  snapshotChunkRecords: 4,
  keptEntries: 400,
});

const CROWD = crowdUnder(['pause any', 'partition', 'hang a disk', 'slow disks']);

/** Bounds that are missing: what then grows with what clients send, or with how slow a part is. */
export const BOUND_MUTANTS: readonly Mutant[] = [
  {
    name: 'effects-gather-without-bound',
    harm: 'What is applied while the disk is slow comes into one batch, however much it is.',
    swaps: [
      {
        file: 'actors/raft/applier.ts',
        find: 'return untaken.operations < limits.maxBatchOperations && untaken.bytes < limits.maxBatchBytes;',
        put: 'return untaken.operations >= 0;',
      },
    ],
    seeds: 10,
    change: slicesUnder(['slow disk'], {
      supplyEveryMs: 20,
      mostDelivered: 60,
      mostSupplied: 2_000,
      limits: SMALL_BATCHES,
    }),
  },
  {
    name: 'forgotten-entries-deleted-at-once',
    harm: 'One batch deletes a whole log: at compaction, and where a snapshot takes its place.',
    swaps: [
      {
        file: 'actors/raft/group-commit.ts',
        find: 'addAll(operations, raft.log.takeOperations(raft.limits.maxBatchOperations));',
        put: 'addAll(operations, raft.log.takeOperations());',
      },
    ],
    seeds: 10,
    change: slicesUnder(['reset a link'], {
      clients: 12,
      thinkMs: 15,
      diskMs: 1,
      latencyMs: 2,
      limits: SMALL_BATCHES,
    }),
  },
  {
    name: 'uncommitted-bytes-unbounded',
    harm: 'Deliveries of many books fill the memory of a leader that commits nothing.',
    swaps: [
      {
        file: 'actors/raft/proposals.ts',
        find: 'return log.bytesBetween(index, log.lastIndex) + queuedBytes >= limits.maxUncommittedBytes;',
        put: 'return false;',
      },
    ],
    seeds: 10,
    change: slicesUnder(['hang all disks'], {
      supplyEveryMs: 20,
      limits: limits({ maxUncommittedBytes: 2_000, maxBytesInFlight: 500, maxBytesPerAppend: 500 }),
    }),
  },
  {
    name: 'submissions-without-bound',
    harm: 'Every client that does not wait for its answer leaves a submission behind.',
    swaps: [
      {
        file: 'actors/order/order.ts',
        find: "if (inFlight() >= limits.maxSubmissions) throw new BazarError('overloaded');",
        put: '',
      },
    ],
    seeds: 5,
    change: CROWD,
  },
  {
    name: 'asks-without-bound',
    harm: 'A peer that answers nothing fills the memory of all who ask it.',
    swaps: [
      {
        file: 'runtime/links/asks.ts',
        find: 'if (pending.size >= limit) return undefined;',
        put: '',
      },
    ],
    seeds: 5,
    change: CROWD,
  },
  {
    name: 'strong-reads-without-bound',
    harm: 'A leader that hears no quorum keeps every strong read.',
    swaps: [
      {
        file: 'actors/raft/index-reads.ts',
        find: "if (waiting.size >= maxPendingReads) return Promise.reject(new BazarError('overloaded'));",
        put: '',
      },
    ],
    seeds: 5,
    change: CROWD,
  },
  {
    name: 'outbox-without-bound',
    harm: 'What a peer does not take is kept for it without end.',
    swaps: [
      {
        file: 'runtime/links/outbox.ts',
        find: 'if (connection.bufferedBytes + frameBytes + bytes + 1 > maxOutboxBytes) return false;',
        put: '',
      },
    ],
    seeds: 5,
    change: crowdUnder(['partition', 'isolate', 'silence the leader'], {
      maxSubmissions: 1_000,
      maxPendingAsks: 1_000,
      maxOutboxBytes: 30_000,
    }),
  },
  {
    name: 'flight-without-bound',
    harm: 'A follower whose disk hangs is sent everything, and keeps it in memory.',
    swaps: [
      {
        file: 'actors/raft/core/leader.ts',
        find: 'return isFull ? 0 : limits.maxEntriesInFlight - (next - 1 - match);',
        put: 'return limits.maxEntriesPerAppend;',
      },
    ],
    seeds: 5,
    change: CROWD,
  },
  {
    name: 'log-never-forgets',
    harm: 'The log grows in memory and on disk with every purchase.',
    swaps: [
      {
        file: 'actors/raft/core/compaction.ts',
        find: 'if (target > log.offset.index) log.compactTo(target);',
        put: '',
      },
    ],
    seeds: 5,
    change: CROWD,
  },
  {
    name: 'slow-page-asked-for-again',
    harm: 'Every catalog works on the same large page, for a client that waits for one.',
    swaps: [
      {
        file: 'gateway/reads.ts',
        find: 'const patience = isHeavy ? { deadline } : { attemptMs: limits.readAttemptMs, deadline };',
        put: 'const patience = { attemptMs: limits.readAttemptMs, deadline };',
      },
    ],
    seeds: 1,
    test: 'test/gateway/reads.test.ts',
  },
  {
    name: 'pages-all-at-once',
    harm: 'A catalog works on as many large pages as are asked for, and on nothing else.',
    swaps: [
      {
        file: 'runtime/turnstile.ts',
        find: 'const busy = () => inWork >= options.inWork || spentUntil - BURST_MS > clock.monotonic();',
        put: 'const busy = () => false;',
      },
    ],
    seeds: 3,
    change: readersOfPages,
  },
  {
    name: 'pages-cut-by-number-only',
    harm: 'A page of large orders is more than a link takes: it is no answer, today and for ever.',
    swaps: [
      {
        file: 'actors/catalog/page.ts',
        find: 'if (taken.length > 0 && bytes + own > maxBytes) return { elements: taken, bytes, more: true };',
        put: '',
      },
    ],
    seeds: 5,
    change: longLists,
  },
  {
    name: 'cut-page-looks-whole',
    harm: 'Whoever reads a list page by page misses its end, and never learns that there is more.',
    swaps: [
      {
        file: 'actors/catalog/page.ts',
        find: 'if (taken.length > 0 && bytes + own > maxBytes) return { elements: taken, bytes, more: true };',
        put: 'if (taken.length > 0 && bytes + own > maxBytes) return { elements: taken, bytes, more: false };',
      },
    ],
    seeds: 5,
    change: longLists,
  },
  {
    name: 'unfinished-frame-for-good',
    harm: 'Whoever sends the beginning of a frame and stops has the gateway hold it for ever.',
    swaps: [
      {
        file: 'gateway/bridge/rpc/server.ts',
        find: 'held.unfinished.expire(limits.frameTimeoutMs);',
        put: '',
      },
    ],
    seeds: 1,
    test: 'test/bridge/rpc.test.ts',
  },
  {
    name: 'strangers-without-number',
    harm: 'Connections that prove nothing are held without bound, and keep a catalog from its friends.',
    swaps: [
      {
        file: 'runtime/links/open-mesh.ts',
        find: 'const tooMany = Math.max(0, strangers.length - limits.maxUngreetedConnections);',
        put: 'const tooMany = 0;',
      },
    ],
    seeds: 1,
    test: 'test/runtime/links.test.ts',
  },
];
