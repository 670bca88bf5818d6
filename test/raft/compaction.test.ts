import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Limits } from '../../runtime/limits.ts';
import { createSettledLeader, createTrial, refused, TURN } from './support.ts';

const ones = (count: number) => Array<number>(count).fill(1);

/** Entries forgotten by the sync that makes everything up to `applied` durable. */
async function forgottenBy(applied: number, entries: number, limits: Partial<Limits>) {
  const trial = await createTrial({ log: ones(entries), commit: entries, limits });
  trial.sync(applied);
  return trial.raft.log.offset.index;
}

test('the log is cut in steps: twice the kept entries are cut down to them', async () => {
  assert.is(await forgottenBy(20, 20, { keptEntries: 10 }), 0);
  assert.is(await forgottenBy(21, 21, { keptEntries: 10 }), 11);
});

test('entries whose effects are not durable are kept, however many they are', async () => {
  assert.is(await forgottenBy(4, 30, { keptEntries: 10 }), 4);
  assert.is(await forgottenBy(0, 30, { keptEntries: 10 }), 0);
});

test('the log is bounded by bytes as well as by entries', async () => {
  const trial = await createTrial({ log: ones(10), commit: 10 });
  const each = trial.raft.log.byteSize / 10;
  assert.ok((await forgottenBy(10, 10, { keptBytes: 5 * each })) <= 1);
  const forgotten = await forgottenBy(30, 30, { keptBytes: 5 * each });
  assert.ok(forgotten >= 25 && forgotten < 30, `${forgotten}`);
});

test('what is forgotten leaves the memory at once, however many a batch may delete', async () => {
  assert.is(await forgottenBy(50, 50, { keptEntries: 10, maxBatchOperations: 8 }), 40);
});

test('a log that must fit into no bytes at all forgets everything that is applied', async () => {
  assert.is(await forgottenBy(7, 7, { keptBytes: 0 }), 7);
});

test('entries are held back while a snapshot is on its way, up to a bound', async () => {
  const limits = { keptEntries: 2 };
  const trial = await createSettledLeader({ log: ones(4), forgotten: 3, limits });
  trial.send({ type: 'peer.connected', peer: 'catalog-2', wiped: true }, TURN);
  trial.send(refused(trial.raft, 'catalog-2', { conflictIndex: 1 }), TURN);
  assert.is(trial.raft.progress.get('catalog-2')!.mode, 'snapshot');

  const grow = (to: number) => {
    while (trial.raft.log.lastIndex < to)
      trial.raft.log.append([{ term: trial.raft.term, at: 0, command: null }]);
    trial.sync(to);
    return trial.raft.log.offset.index;
  };
  assert.is(grow(3 + 16), 3);
  trial.send({ type: 'snapshot.delivered', peer: 'catalog-2', index: 4 });
  assert.is(grow(19), 17, 'it is there: no reason to hold them any longer');

  trial.send({ type: 'peer.connected', peer: 'catalog-2', wiped: true }, TURN);
  trial.send(refused(trial.raft, 'catalog-2', { conflictIndex: 1 }), TURN);
  assert.is(grow(17 + 17), 32, 'a transfer that takes too long is left behind');
});

test('the sync of a log that was cut and has grown again is not taken for that of its new end', async () => {
  const trial = await createTrial({ log: [1, 1] });
  const { raft } = trial;
  raft.log.append([{ term: 1, at: 0, command: null }]);
  raft.log.truncateAfter(2);
  raft.log.append([{ term: 2, at: 0, command: null }]);
  trial.send({ type: 'batch.synced', term: 1, votedFor: null, lastIndex: 3, lastTerm: 1, applied: 0 });
  assert.is(raft.durableIndex, 2);
  trial.send({ type: 'batch.synced', term: 2, votedFor: null, lastIndex: 3, lastTerm: 2, applied: 0 });
  assert.is(raft.durableIndex, 3);
});

test.run();
