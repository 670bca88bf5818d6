import { underSlowDisks } from '../simulation/slow-disks.ts';
import type { Mutant } from './mutant.ts';
import { fullDisks, limits, slicesUnder, under } from './plans.ts';

/** Bugs in how entries are copied, acknowledged and committed. */
export const REPLICATION_MUTANTS: readonly Mutant[] = [
  {
    name: 'prior-term-committed-by-counting',
    harm: 'An entry of an earlier term on a majority can still be overwritten by a later leader (Raft, figure 8).',
    swaps: [
      {
        file: 'actors/raft/core/leader.ts',
        find: 'if (majority <= raft.commit || raft.log.termAt(majority) !== raft.term) return;',
        put: 'if (majority <= raft.commit) return;',
      },
    ],
    seeds: 10,
    change: under(['kill the leader'], {
      diskMs: 20,
      latencyMs: 10,
      limits: limits({ maxEntriesPerAppend: 1 }),
    }),
  },
  {
    name: 'late-append-truncates',
    harm: 'An old append that arrives late cuts off entries that came after it and were acknowledged.',
    swaps: [
      {
        file: 'actors/raft/core/follower.ts',
        find: 'appendMissing(raft, prevIndex, entries);',
        put: `raft.log.truncateAfter(prevIndex);
              raft.durableIndex = Math.min(raft.durableIndex, prevIndex);
              raft.log.append(entries);`,
      },
    ],
    seeds: 10,
    change: under(['reset a link'], { duplicateRate: 0.1 }),
  },
  {
    name: 'conflict-keeps-its-tail',
    harm: 'Entries of a deposed leader stay behind the ones that replaced its first, and may be committed.',
    swaps: [
      {
        file: 'actors/raft/core/follower.ts',
        find: `if (ownTerm !== undefined) truncate(raft, index - 1);
               raft.log.append(entries.slice(position));`,
        put: `const behind = index + entries.length - position;
              const tail = behind > raft.log.lastIndex ? [] : raft.log.slice(behind, 1_000_000, 1_000_000_000);
              if (ownTerm !== undefined) truncate(raft, index - 1);
              raft.log.append(entries.slice(position));
              if (ownTerm !== undefined) raft.log.append(tail);`,
      },
    ],
    seeds: 10,
    change: under(['cut off the leader'], { diskMs: 3 }),
  },
  {
    name: 'commit-not-capped',
    harm: 'A follower commits old entries of its own that this leader has not vouched for.',
    swaps: [
      {
        file: 'actors/raft/core/follower.ts',
        find: 'advanceCommit(raft, Math.min(event.commit, agreed));',
        put: 'advanceCommit(raft, Math.min(event.commit, raft.log.lastIndex));',
      },
    ],
    seeds: 10,
    change: under(['cut off the leader'], { diskMs: 3 }),
  },
  {
    name: 'match-overstated',
    harm: 'The leader counts entries as copied that the follower has in another form.',
    swaps: [
      {
        file: 'actors/raft/core/follower.ts',
        find: 'acknowledge(raft, event, agreed);',
        put: 'acknowledge(raft, event, raft.log.lastIndex);',
      },
    ],
    seeds: 10,
    change: under(['cut off the leader'], { diskMs: 3 }),
  },
  {
    name: 'acknowledged-before-sync',
    harm: 'What a majority has acknowledged is in their memories only, and gone when they crash.',
    swaps: [
      {
        file: 'actors/raft/driver.ts',
        find: 'batches.afterSync(() => mesh.tell(effect.to, effect.message.type, effect.message.body));',
        put: `if (effect.message.type === 'raft.appended') mesh.tell(effect.to, effect.message.type, effect.message.body);
              else batches.afterSync(() => mesh.tell(effect.to, effect.message.type, effect.message.body));`,
      },
    ],
    seeds: 5,
    change: under(['kill any']),
  },
  {
    name: 'leader-counts-itself-before-sync',
    harm: 'With one slow follower the leader and a single disk make a majority of two.',
    swaps: [
      {
        file: 'actors/raft/core/leader.ts',
        find: 'const majority = quorumOf(raft, [raft.durableIndex, ...matches]);',
        put: 'const majority = quorumOf(raft, [raft.log.lastIndex, ...matches]);',
      },
    ],
    seeds: 20,
    change: under(['slow disk', 'kill any'], { diskMs: 20 }),
  },
  {
    name: 'forgotten-at-commit',
    harm: 'Entries that are committed but wait to be applied are compacted, and nothing has their effects.',
    swaps: [
      {
        file: 'actors/raft/group-commit.ts',
        find: 'const applied = taken;',
        put: 'const applied = raft.commit;',
      },
    ],
    seeds: 20,
    change: slicesUnder(['kill any'], { limits: limits({ maxBatchOperations: 4, keptEntries: 1 }) }),
  },
  {
    name: 'forgotten-before-taken',
    harm: 'Entries whose effects still wait for a batch are compacted, and a crash loses them.',
    swaps: [
      {
        file: 'actors/raft/group-commit.ts',
        find: 'const applied = taken;',
        put: 'const applied = options.state().applied.index;',
      },
    ],
    seeds: 20,
    change: slicesUnder(['kill any'], { limits: limits({ keptEntries: 1 }) }),
  },
  {
    name: 'applied-ahead-of-its-batch',
    harm: 'A batch is cut at its bound, but the position written with it says that all effects are there.',
    swaps: [
      {
        file: 'actors/catalog/state-records.ts',
        find: 'const operations = this.overlay.take();',
        put: 'const operations = this.overlay.take().slice(0, 8);',
      },
    ],
    seeds: 10,
    change: slicesUnder(['kill any']),
  },
  {
    name: 'heartbeat-acks-undurable-entries',
    harm: 'A heartbeat is answered before the sync, so what it acknowledges beyond the disk is lost in a crash.',
    swaps: [
      {
        file: 'actors/raft/core/follower.ts',
        find: 'const match = raft.durableTerm === raft.term ? Math.min(agreed, raft.durableIndex) : 0;',
        put: 'const match = agreed;',
      },
    ],
    seeds: 5,
    change: under(['slow disk', 'kill any'], { diskMs: 20 }),
  },
  {
    name: 'heartbeats-wait-for-the-disk',
    harm: 'The leader measures disks instead of processes, and gives up the lead whenever a majority is slow.',
    swaps: [
      {
        file: 'actors/raft/core/follower.ts',
        find: "answer(raft, event, 'send', match === agreed ? body : { ...body, match, agreed });",
        put: "answer(raft, event, 'sendAfterSync', body);",
      },
    ],
    seeds: 5,
    change: underSlowDisks({ fault: 'slow disks', slowestSyncMs: 1_000, maxNewTerms: 0 }),
  },
  {
    name: 'full-disk-acknowledges',
    harm: 'What found no room on the disk is acknowledged all the same, and gone when the process ends.',
    swaps: [
      {
        file: 'actors/raft/group-commit.ts',
        find: '}, options.fail);',
        put: `}, () => {
                writing = false;
                release(waiting);
                options.synced({ type: 'batch.synced', term, votedFor, lastIndex, lastTerm, applied });
              });`,
      },
    ],
    seeds: 5,
    change: fullDisks,
  },
  {
    name: 'full-disk-keeps-its-role',
    harm: 'A replica that can write nothing goes on in its role, and does not come back when there is room.',
    swaps: [
      {
        file: 'actors/raft/core/statechart.ts',
        find: "on: { 'disk.filled': '.reading' },",
        put: '',
      },
    ],
    seeds: 5,
    change: fullDisks,
  },
];
