import type { Mutant } from './mutant.ts';
import { cutOffFromCatalogs, limits, longLists, slicesUnder, strongReadsUnder, under } from './plans.ts';

/** Bugs in what readers are shown and buyers are told. */
export const ANSWER_MUTANTS: readonly Mutant[] = [
  {
    name: 'strong-read-before-first-commit',
    harm: 'A new leader does not know yet how far its predecessor had committed, and shows an older state.',
    swaps: [
      {
        file: 'actors/raft/core/leader.ts',
        find: 'if (raft.commit < raft.termStart) return;',
        put: 'if (raft.commit < 0) return;',
      },
    ],
    seeds: 40,
    change: strongReadsUnder(['silence the leader'], { latencyMs: 10, diskMs: 60, strongReads: 0.3 }),
  },
  {
    name: 'strong-read-by-old-replies',
    harm: 'Followers that have elected another leader since their last reply are taken for loyal.',
    swaps: [
      { file: 'actors/raft/core/leader.ts', find: 'read.round = raft.round + 1;', put: 'read.round = 1;' },
    ],
    seeds: 30,
    change: strongReadsUnder(['cut off the leader'], {
      clients: 14,
      thinkMs: 15,
      strongReads: 0.75,
      faultEveryMs: 900,
    }),
  },
  {
    name: 'woken-leader-answers',
    harm: 'A leader that was paused while another was elected still believes that it leads, and shows the past.',
    swaps: [
      {
        file: 'actors/raft/driver.ts',
        find: 'return reads.add();',
        put: 'return raft.commit >= raft.termStart ? Promise.resolve(raft.commit) : reads.add();',
      },
    ],
    seeds: 20,
    change: strongReadsUnder(['pause the leader'], { limits: limits({ readAttemptMs: 2_500 }) }),
  },
  {
    name: 'strong-read-at-commit',
    harm: 'What is committed but waits to be applied is missing from what a strong read shows.',
    swaps: [
      {
        file: 'actors/catalog/serve-reads.ts',
        find: 'if (state().applied.index >= index) return show();',
        put: 'if (confirmed >= index) return show();',
      },
    ],
    seeds: 20,
    change: slicesUnder(['slow disk'], { strongReads: 0.5 }),
  },
  {
    name: 'remote-fill-unchecked',
    harm: 'What another gateway left in Redis is taken over although this one has told of something newer.',
    swaps: [
      {
        file: 'gateway/cache/cached-read.ts',
        find: 'if (stored && counts(subject, stored, demand)) return hit(memory.put(subject, stored));',
        put: 'if (stored) return hit(memory.put(subject, stored));',
      },
      {
        file: 'gateway/cache/cached-read.ts',
        find: 'if (shared.asOf >= demand.minVersion) return serve(subject, newest(subject, shared));',
        put: 'if (shared.asOf >= 0) return serve(subject, newest(subject, shared));',
      },
    ],
    seeds: 10,
    change: under(['disturb Redis'], {
      gateways: 2,
      redis: true,
      books: 20,
      limits: limits({ cacheEntries: 5 }),
    }),
  },
  {
    name: 'future-of-a-store-put-back',
    harm: 'A store that was put back to an earlier copy meets in Redis what it had been after that copy was made.',
    swaps: [
      {
        file: 'gateway/cache/remote-cache.ts',
        find: `prefix = isKnown ? [cluster, boot, runId, ''].join(':') : undefined;`,
        put: `prefix = isKnown ? [cluster, runId, ''].join(':') : undefined;`,
      },
    ],
    seeds: 10,
    change: under([], {
      gateways: 2,
      redis: true,
      books: 20,
      stock: 200,
      lostMs: 4_000,
      faultEveryMs: Number.POSITIVE_INFINITY,
      limits: limits({ cacheEntries: 2 }),
    }),
  },
  {
    name: 'remote-entry-unsealed',
    harm: 'Whoever can write to Redis decides what readers are shown.',
    swaps: [
      {
        file: 'gateway/cache/seal.ts',
        find: 'return given.length === right.length && timingSafeEqual(given, right) ? text : undefined;',
        put: 'return given.length === right.length ? text : undefined;',
      },
    ],
    seeds: 10,
    change: under(['disturb Redis'], {
      gateways: 2,
      redis: true,
      books: 20,
      limits: limits({ cacheEntries: 2 }),
    }),
  },
  {
    name: 'slow-fill-unchecked',
    harm: 'A slow reader puts old stock back into the cache after a newer state was there.',
    swaps: [
      {
        file: 'gateway/cache/memory-cache.ts',
        find: 'if (held && held.asOf >= entry.asOf) return held;',
        put: '',
      },
      {
        file: 'gateway/cache/cached-read.ts',
        find: 'return entry && entry.asOf >= heard.needed(subject) ? serve(subject, hit(entry)) : undefined;',
        put: 'return entry ? serve(subject, hit(entry)) : undefined;',
      },
    ],
    seeds: 20,
    change: under(['reset a link', 'pause any'], {
      gateways: 2,
      redis: false,
      latencyMs: 40,
      books: 3,
      strongReads: 0,
    }),
  },
  {
    name: 'version-taken-on-trust',
    harm: 'Who was told of a version through one gateway is shown what was before it through another.',
    swaps: [{ file: 'gateway/feed/reach.ts', find: 'freshness.confirm(present);', put: '' }],
    seeds: 10,
    change: (plan) => ({ ...cutOffFromCatalogs(plan), carriesVersions: true, freshWithinMs: undefined }),
  },
  {
    name: 'feed-alive-without-leader',
    harm: 'A catalog that is cut off from the others passes for one that has everything; its gateway is silenced.',
    swaps: [
      {
        file: 'actors/raft/leader-contact.ts',
        find: 'silentMs: () => (heardAt === null ? null : Math.max(0, Math.round(clock.monotonic() - heardAt))),',
        put: 'silentMs: () => 0,',
      },
    ],
    seeds: 60,
    change: cutOffFromCatalogs,
  },
  {
    name: 'acknowledged-topic-not-raised',
    harm: 'Who has just shelved a book does not find it under its topic.',
    swaps: [
      {
        file: 'gateway/upstream/submissions.ts',
        find: 'for (const { topic } of command.books) freshness.topics.raise(topicKey(topic), version);',
        put: '',
      },
    ],
    seeds: 20,
    change: longLists,
  },
  {
    name: 'retried-under-a-new-order-id',
    harm: 'Every proposal whose answer was lost is sold and charged again.',
    swaps: [
      {
        file: 'actors/order/order.ts',
        find: `mesh.ask(catalog, 'propose', { command, forwarded: false }, timeoutMs, traced).then(`,
        put: `const key = attempt > 1 ? \`\${command.key}-\${attempt}\` : command.key;
              mesh.ask(catalog, 'propose', { command: { ...command, key }, forwarded: false }, timeoutMs, traced).then(`,
      },
    ],
    seeds: 10,
    change: under(['kill the leader', 'pause the leader']),
  },
  {
    name: 'adjust-as-set',
    harm: 'Copies more or fewer are taken for the number that there is: what was sold meanwhile is on the shelf again.',
    swaps: [
      {
        file: 'actors/catalog/edit-book.ts',
        find: 'return edit.adjust?.by ?? edit.restock ?? 0;',
        put: 'return edit.adjust ? Math.max(0, edit.adjust.by) - stock : (edit.restock ?? 0);',
      },
    ],
    seeds: 4,
    change: (plan) => ({ ...plan, keepers: 1 }),
  },
  {
    name: 'keys-forgotten-at-a-start',
    harm: 'After a start, or out of a snapshot, the keys of earlier purchases count as new: they are sold once more.',
    swaps: [
      {
        file: 'actors/catalog/state-records.ts',
        find: '        this.answers.note(key);\n        continue;',
        put: '        continue;',
      },
    ],
    seeds: 10,
  },
];
