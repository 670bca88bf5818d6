import { underLongTransfers } from '../simulation/long-transfers.ts';
import type { Mutant } from './mutant.ts';
import { folderPutBack, limits, under } from './plans.ts';

/** Bugs in snapshots, in compaction and in what lies on the disk. */
export const SNAPSHOT_MUTANTS: readonly Mutant[] = [
  {
    name: 'older-snapshot-installed',
    harm: 'A snapshot that was long on its way takes the replica back behind what it has applied and told.',
    swaps: [
      {
        file: 'actors/replica/snapshot-receiver.ts',
        find: 'const finished = index > commit() ? restoring.finish(position, body) : undefined;',
        put: 'const finished = restoring.finish(position, body);',
      },
      {
        file: 'actors/replica/snapshot-receiver.ts',
        find: 'if (body.index <= commit()) {',
        put: 'if (body.index < 0) {',
      },
    ],
    seeds: 10,
    change: under(['disturb a follower'], {
      diskMs: 3,
      latencyMs: 10,
      duplicateRate: 0.4,
      limits: limits({ keptEntries: 3 }),
    }),
  },
  {
    name: 'snapshot-over-conflicting-entry',
    harm: 'The log goes on with entries of a deposed leader that the state does not lead to.',
    swaps: [
      {
        file: 'actors/raft/core/compaction.ts',
        find: 'if (raft.log.termAt(position.index) === position.term) {',
        put: 'if (raft.log.termAt(position.index) !== undefined) {',
      },
    ],
    seeds: 20,
    change: under(['cut off the leader'], {
      clients: 12,
      diskMs: 60,
      latencyMs: 10,
      faultEveryMs: 1_500,
      limits: limits({ keptEntries: 1, maxEntriesInFlight: 2 }),
    }),
  },
  {
    name: 'term-unknown-at-compaction-edge',
    harm: 'A compacted log does not know the term of the entry before its first, so nothing fits behind a snapshot.',
    swaps: [
      {
        file: 'storage/log.ts',
        find: 'return index === this.#offset.index ? this.#offset.term : this.entry(index)?.term;',
        put: 'return index === 0 ? 0 : this.entry(index)?.term;',
      },
    ],
    seeds: 5,
    change: under(['disturb a follower'], { limits: limits({ keptEntries: 3 }) }),
  },
  {
    name: 'effects-without-applied-index',
    harm: 'After a crash between the two writes entries are applied a second time.',
    swaps: [
      {
        file: 'actors/raft/group-commit.ts',
        find: 'store.write(operations).then(() => {',
        put: `const first = store.write(operations.slice(0, -1));
              first.then(() => store.write(operations.slice(-1))).then(() => {`,
      },
    ],
    seeds: 15,
    change: under(['kill any', 'kill the leader'], { diskMs: 20, faultEveryMs: 600 }),
  },
  {
    name: 'snapshot-without-orders',
    harm: 'A replica restored from it takes every order of the past for a new one.',
    swaps: [
      {
        file: 'actors/catalog/state-records.ts',
        find: "return given.map(([key, value]) => ({ type: 'put', key: this.prefix + key, value }));",
        put: `const others = given.filter(([key]) => !key.startsWith('o/'));
              return others.map(([key, value]) => ({ type: 'put', key: this.prefix + key, value }));`,
      },
    ],
    seeds: 10,
    change: under(['disturb a follower'], { limits: limits({ keptEntries: 3 }) }),
  },
  {
    name: 'local-time-in-apply',
    harm: 'Every replica records another time for the same order, so equal logs give different states.',
    swaps: [
      {
        file: 'actors/catalog/state.ts',
        find: 'const { command, at } = entry;',
        put: 'const { command } = entry;\nconst at = Date.now();',
      },
    ],
    seeds: 5,
    change: under(['kill any']),
  },
  {
    name: 'changes-during-transfer-lost',
    harm: 'A snapshot of a store that goes on being written never is the state of any moment, so no transfer ends well.',
    swaps: [
      {
        file: 'actors/replica/snapshot-sender.ts',
        find: 'for (const { key } of effects) if (changed.size <= maxChangedRecords) changed.add(key);',
        put: '',
      },
    ],
    seeds: 5,
    change: underLongTransfers,
  },
  {
    name: 'amended-records-counted-twice',
    harm: 'A record that changed during the transfer stays in the digest as it was, and the snapshot is refused.',
    swaps: [
      {
        file: 'actors/catalog/state-records.ts',
        find: 'if (records.isDigested(key)) this.digest.removeSum(recordSum(key, text));',
        put: '',
      },
    ],
    seeds: 5,
    change: underLongTransfers,
  },
  {
    name: 'failed-disk-starts-again',
    harm: 'A catalog whose sync failed starts again on what the page cache shows, and takes it for durable.',
    swaps: [
      {
        file: 'storage/failed-disk.ts',
        find: 'if (UNTRUSTED.test(found)) return new FailedDiskError(location, found);',
        put: 'if (UNTRUSTED.test(location)) return new FailedDiskError(location, found);',
      },
    ],
    seeds: 5,
    change: under(['fail a disk'], { failingDisks: true }),
  },
  {
    name: 'earlier-folder-takes-part',
    harm: 'A catalog that was put back from an earlier copy and one that is behind are a majority, and lose what was sold.',
    swaps: [
      {
        file: 'actors/catalog/disk.ts',
        find: 'if (start) refuseEarlierCopy(identity, start, store.location);',
        put: '',
      },
    ],
    seeds: 5,
    change: folderPutBack('beside one behind'),
  },
];
