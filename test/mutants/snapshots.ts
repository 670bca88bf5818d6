import type { Mutant } from './mutant.ts';
import { rough } from './plans.ts';

/** Bugs in snapshots, in compaction and in what lies on the disk. */
export const SNAPSHOT_MUTANTS: readonly Mutant[] = [
  {
    name: 'older-snapshot-installed',
    harm: 'A snapshot that was long on its way takes the replica back behind what it has applied and told.',
    swaps: [
      {
        file: 'actors/replica/transfer.ts',
        find: 'const finished = body.index > raft.commit ? restoring.finish(body.digest) : undefined;',
        put: 'const finished = restoring.finish(body.digest);',
      },
      {
        file: 'actors/replica/transfer.ts',
        find: 'if (body.index <= raft.commit) answer(from, body, false);',
        put: 'if (body.index < 0) answer(from, body, false);',
      },
    ],
    seeds: 20,
    change: rough,
  },
  {
    name: 'snapshot-cuts-newer-entries',
    harm: 'A snapshot of a place within the log removes entries after it that were acknowledged.',
    swaps: [
      {
        file: 'actors/replica/compaction.ts',
        find: 'if (raft.log.termAt(position.index) === position.term) {',
        put: 'if (raft.log.lastIndex === position.index && raft.log.lastTerm === position.term) {',
      },
    ],
    seeds: 20,
    change: rough,
  },
  {
    name: 'snapshot-over-conflicting-entry',
    harm: 'The log goes on with entries of a deposed leader that the state does not lead to.',
    swaps: [
      {
        file: 'actors/replica/compaction.ts',
        find: 'if (raft.log.termAt(position.index) === position.term) {',
        put: 'if (raft.log.termAt(position.index) !== undefined) {',
      },
    ],
    seeds: 20,
    change: rough,
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
    seeds: 20,
    change: rough,
  },
  {
    name: 'effects-without-applied-index',
    harm: 'After a crash between the two writes entries are applied a second time.',
    swaps: [
      {
        file: 'actors/replica/group-commit.ts',
        find: 'store.write(operations).then(() => {',
        put: `const first = store.write(operations.slice(0, -1));
              first.then(() => store.write(operations.slice(-1))).then(() => {`,
      },
    ],
    seeds: 20,
    change: rough,
  },
  {
    name: 'snapshot-without-orders',
    harm: 'A replica restored from it takes every order of the past for a new one.',
    swaps: [
      {
        file: 'actors/catalog/state.ts',
        find: 'for (const [key, value] of given) state.#overlay.put(key, value);',
        put: 'for (const [key, value] of given) if (!key.startsWith(ORDER_PREFIX)) state.#overlay.put(key, value);',
      },
    ],
    seeds: 20,
    change: rough,
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
    seeds: 20,
    change: rough,
  },
];
