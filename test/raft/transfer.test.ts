import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { createSnapshotReceiver } from '../../actors/replica/snapshot-receiver.ts';
import { createSnapshotSender } from '../../actors/replica/snapshot-sender.ts';
import type { StateMachine } from '../../actors/replica/state-machine.ts';
import { DEFAULT_LIMITS, type Limits } from '../../runtime/limits.ts';
import type { Body } from '../../runtime/links/mesh.ts';
import { seededRandom } from '../../runtime/random.ts';
import { openMemoryStore } from '../../storage/memory-store.ts';
import { addBooks, newBook, openReplica, purchase, type Replica, snapshotOf } from '../catalog/support.ts';
import { settle } from '../support/manual-clock.ts';
import { recordingMesh, type Sent } from './driver-support.ts';

const CHUNK_BYTES = 400;
const SNAPSHOT_TICKS = 5;

/** A catalog with a dozen books and some orders, all of it durable. */
async function createSource(): Promise<Replica> {
  const source = await openReplica(await openMemoryStore());
  const books = Array.from({ length: 12 }, (_, at) => newBook(at + 1, { stock: 5 }));
  source.apply(addBooks('stock', books));
  for (const key of ['a', 'b', 'c']) source.apply(purchase(key, [{ id: 2, quantity: 1 }]));
  await source.flush();
  return source;
}

/** A leader that has a snapshot to send and a follower that lacks it; the test carries what they tell each other. */
async function createTransfer(changes: Partial<Limits> = {}) {
  const source = await createSource();
  const target = await openReplica(await openMemoryStore());
  target.apply(addBooks('old', [newBook(99)]));
  await target.flush();

  const events: object[] = [];
  const failures: unknown[] = [];
  const chunks: Sent[] = [];
  const answers: Sent[] = [];
  const limits = {
    ...DEFAULT_LIMITS,
    snapshotChunkBytes: CHUNK_BYTES,
    snapshotTicks: SNAPSHOT_TICKS,
    ...changes,
  };
  /** What the receiver knows to be committed. */
  const known = { commit: 0 };
  const fail = (error: unknown) => void failures.push(error);
  const sender = createSnapshotSender({
    store: source.store,
    mesh: recordingMesh(chunks),
    limits,
    term: () => 3,
    random: seededRandom(1),
    state: () => source.state,
    atRest: (then) => then(),
    delivered: (peer, index) => void events.push({ type: 'snapshot.delivered', peer, index }),
    failed: (peer) => void events.push({ type: 'snapshot.failed', peer }),
    fail,
  });

  let state: StateMachine = target.state;
  const receiver = createSnapshotReceiver({
    store: target.store,
    mesh: recordingMesh(answers),
    term: () => 3,
    commit: () => known.commit,
    state: () => state,
    save: (operations, then) => void target.store.write(operations).then(then),
    install: (next, _position, switchOver) => {
      state = next;
      void target.store.write(switchOver);
    },
    fail,
  });

  const transfer = {
    source,
    target,
    sender,
    receiver,
    known,
    events,
    failures,
    get state() {
      return state;
    },
    /** The next chunk, and the answer to it; undefined if nothing was told. */
    async nextChunk(): Promise<Body<'raft.snapshot'> | undefined> {
      await settle();
      return chunks.shift()?.body as Body<'raft.snapshot'> | undefined;
    },
    async nextAnswer(): Promise<Body<'raft.snapshotted'> | undefined> {
      for (let patience = 0; answers.length === 0 && patience < 10; patience++) await settle();
      return answers.shift()?.body as Body<'raft.snapshotted'> | undefined;
    },
    /** Carries everything until nothing more is told; returns the chunks. */
    async carry(): Promise<Body<'raft.snapshot'>[]> {
      const carried: Body<'raft.snapshot'>[] = [];
      for (let chunk = await transfer.nextChunk(); chunk; chunk = await transfer.nextChunk()) {
        carried.push(chunk);
        receiver.receive('catalog-1', chunk);
        const answer = await transfer.nextAnswer();
        if (answer) sender.acknowledge('catalog-2', answer);
      }
      return carried;
    },
  };
  return transfer;
}

test('the state travels in chunks of about the given size, and becomes equal', async () => {
  const transfer = await createTransfer();
  transfer.sender.start('catalog-2');
  const chunks = await transfer.carry();
  assert.ok(chunks.length > 4);
  assert.equal(
    chunks.map(({ chunk, done }) => [chunk, done]),
    chunks.map((_, at) => [at, at === chunks.length - 1]),
  );
  assert.is(transfer.state.digest, transfer.source.state.digest);
  assert.equal(transfer.state.applied, transfer.source.state.applied);
  assert.equal(transfer.events, [{ type: 'snapshot.delivered', peer: 'catalog-2', index: 4 }]);
});

test('a few chunks are under way at once, and another one for each that is durable at the other end', async () => {
  const transfer = await createTransfer({ snapshotChunksInFlight: 3 });
  const { sender, receiver } = transfer;
  sender.start('catalog-2');
  const under: Body<'raft.snapshot'>[] = [];
  for (let chunk = await transfer.nextChunk(); chunk; chunk = await transfer.nextChunk()) under.push(chunk);
  assert.equal(
    under.map(({ chunk }) => chunk),
    [0, 1, 2],
  );
  for (const chunk of under) receiver.receive('catalog-1', chunk);
  const answer = (await transfer.nextAnswer())!;
  assert.is(answer.chunk, 0);
  sender.acknowledge('catalog-2', answer);
  assert.is((await transfer.nextChunk())?.chunk, 3);
  assert.is(await transfer.nextChunk(), undefined);
});

test('an acknowledgement that is lost is made up for by the next', async () => {
  const transfer = await createTransfer({ snapshotChunksInFlight: 2 });
  const { sender, receiver } = transfer;
  sender.start('catalog-2');
  receiver.receive('catalog-1', (await transfer.nextChunk())!);
  receiver.receive('catalog-1', (await transfer.nextChunk())!);
  await transfer.nextAnswer();
  sender.acknowledge('catalog-2', (await transfer.nextAnswer())!);
  await transfer.carry();
  assert.is(transfer.state.digest, transfer.source.state.digest);
});

test('records that amend others wait until these are durable', async () => {
  const transfer = await createTransfer({ snapshotChunkBytes: 1e6, snapshotChunksInFlight: 2 });
  const { source, sender, receiver } = transfer;
  sender.start('catalog-2');
  source.apply(purchase('later', [{ id: 2, quantity: 1 }]));
  const effects = source.state.takeOperations();
  sender.noteEffects(effects);
  await source.store.write(effects);
  source.state.persisted();
  const [all, changed] = [(await transfer.nextChunk())!, (await transfer.nextChunk())!];
  assert.equal([all.amends, changed.amends], [false, true]);
  receiver.receive('catalog-1', all);
  receiver.receive('catalog-1', changed);
  sender.acknowledge('catalog-2', (await transfer.nextAnswer())!);
  sender.acknowledge('catalog-2', (await transfer.nextAnswer())!);
  await transfer.carry();
  assert.is(transfer.state.digest, source.state.digest);
});

test('a chunk is bounded in records, too', async () => {
  const transfer = await createTransfer({ snapshotChunkBytes: 1e6, snapshotChunkRecords: 3 });
  transfer.sender.start('catalog-2');
  const sizes = (await transfer.carry()).map(({ records }) => records.length);
  assert.is(Math.max(...sizes), 3);
  assert.ok(sizes.length > 5);
  assert.is(transfer.state.digest, transfer.source.state.digest);
});

test('after the switch a restart loads the new state, and the old one is gone', async () => {
  const transfer = await createTransfer();
  const { prefix: oldPrefix } = transfer.target.state;
  transfer.sender.start('catalog-2');
  await transfer.carry();
  await settle();
  const reopened = await openReplica(transfer.target.store);
  assert.is(reopened.state.digest, transfer.source.state.digest);
  assert.is(reopened.state.size, 12);
  for await (const page of transfer.target.store.pages({ gte: oldPrefix, lt: `${oldPrefix}~` })) {
    assert.equal(page, []);
  }
});

test('a transfer that is broken off leaves the old state as it was', async () => {
  const transfer = await createTransfer();
  const before = transfer.target.state.digest;
  transfer.sender.start('catalog-2');
  for (let chunk = 0; chunk < 3; chunk++) {
    transfer.receiver.receive('catalog-1', (await transfer.nextChunk())!);
    transfer.sender.acknowledge('catalog-2', (await transfer.nextAnswer())!);
  }
  assert.is((await openReplica(transfer.target.store)).state.digest, before);
});

test('a second transfer after a broken one is whole', async () => {
  const transfer = await createTransfer();
  transfer.sender.start('catalog-2');
  transfer.receiver.receive('catalog-1', (await transfer.nextChunk())!);
  await transfer.nextAnswer();
  transfer.sender.start('catalog-2');
  await transfer.carry();
  assert.is(transfer.state.digest, transfer.source.state.digest);
  assert.is(transfer.events.length, 1, 'the broken one reports nothing');
});

test('a chunk that comes twice, or out of turn, is taken once', async () => {
  const transfer = await createTransfer();
  transfer.sender.start('catalog-2');
  const first = (await transfer.nextChunk())!;
  transfer.receiver.receive('catalog-1', { ...first, chunk: 2 });
  transfer.receiver.receive('catalog-1', first);
  transfer.receiver.receive('catalog-1', first);
  const answer = (await transfer.nextAnswer())!;
  assert.is(await transfer.nextAnswer(), undefined);
  transfer.sender.acknowledge('catalog-2', answer);
  transfer.sender.acknowledge('catalog-2', answer);
  await transfer.carry();
  assert.is(transfer.state.digest, transfer.source.state.digest);
});

test('records that were altered on the way are not switched to', async () => {
  const transfer = await createTransfer();
  const before = transfer.state.digest;
  transfer.sender.start('catalog-2');
  const first = (await transfer.nextChunk())!;
  transfer.receiver.receive('catalog-1', { ...first, records: first.records.slice(1) });
  transfer.sender.acknowledge('catalog-2', (await transfer.nextAnswer())!);
  await transfer.carry();
  assert.is(transfer.state.digest, before);
  assert.equal(transfer.events, [{ type: 'snapshot.failed', peer: 'catalog-2' }]);
});

test('a snapshot that is not newer than the commit index is refused', async () => {
  const transfer = await createTransfer({ snapshotChunksInFlight: 1 });
  transfer.known.commit = 4;
  transfer.sender.start('catalog-2');
  assert.is((await transfer.carry()).length, 1);
  assert.equal(transfer.events, [{ type: 'snapshot.failed', peer: 'catalog-2' }]);
});

test('a snapshot that the log overtook on the way is refused at its end', async () => {
  const transfer = await createTransfer();
  const before = transfer.state.digest;
  transfer.sender.start('catalog-2');
  transfer.receiver.receive('catalog-1', (await transfer.nextChunk())!);
  transfer.sender.acknowledge('catalog-2', (await transfer.nextAnswer())!);
  transfer.known.commit = 9;
  await transfer.carry();
  assert.is(transfer.state.digest, before);
  assert.equal(transfer.events, [{ type: 'snapshot.failed', peer: 'catalog-2' }]);
});

test('a transfer without progress is given up', async () => {
  const transfer = await createTransfer();
  transfer.sender.start('catalog-2');
  const first = (await transfer.nextChunk())!;
  for (let tick = 0; tick < SNAPSHOT_TICKS; tick++) transfer.sender.tick();
  await settle();
  assert.equal(transfer.events, []);
  transfer.receiver.receive('catalog-1', first);
  transfer.sender.acknowledge('catalog-2', (await transfer.nextAnswer())!);
  await settle();
  for (let tick = 0; tick < SNAPSHOT_TICKS; tick++) transfer.sender.tick();
  await settle();
  assert.equal(transfer.events, [], 'an acknowledgement begins the count anew');
  transfer.sender.tick();
  await settle();
  assert.equal(transfer.events, [{ type: 'snapshot.failed', peer: 'catalog-2' }]);
});

test('a snapshot is the state as it is at its end, whatever is written, sold out and forgotten meanwhile', async () => {
  const transfer = await createTransfer();
  const { source, sender } = transfer;
  const refused = source.apply(purchase('refused', [{ id: 3, quantity: 6 }])).result;
  await source.flush();
  sender.start('catalog-2');
  for (let round = 1; round <= 4; round++) {
    transfer.receiver.receive('catalog-1', (await transfer.nextChunk())!);
    source.apply(purchase(`later-${round}`, [{ id: 12, quantity: 1 }]));
    if (round === 3 && refused?.kind === 'order') {
      source.apply({ kind: 'expire', refusals: [{ key: 'refused', at: refused.order.at }] });
    }
    const effects = source.state.takeOperations();
    sender.noteEffects(effects);
    await source.store.write(effects);
    source.state.persisted();
    sender.acknowledge('catalog-2', (await transfer.nextAnswer())!);
  }
  await transfer.carry();
  assert.is(transfer.state.digest, source.state.digest);
  assert.equal(transfer.state.applied, source.state.applied);
  assert.equal(transfer.events, [{ type: 'snapshot.delivered', peer: 'catalog-2', index: 10 }]);
  const reopened = await openReplica(transfer.target.store);
  assert.is(reopened.state.digest, source.state.digest);
  assert.equal(await snapshotOf(reopened), await snapshotOf(source));
});

test('a transfer under which more changes than it may send again is given up', async () => {
  const transfer = await createTransfer({ maxChangedRecords: 2 });
  transfer.sender.start('catalog-2');
  const first = (await transfer.nextChunk())!;
  const effects = ['1', '2', '3'].map((key) => ({ type: 'put' as const, key, value: '' }));
  transfer.sender.noteEffects(effects);
  transfer.receiver.receive('catalog-1', first);
  transfer.sender.acknowledge('catalog-2', (await transfer.nextAnswer())!);
  await transfer.carry();
  assert.equal(transfer.events, [{ type: 'snapshot.failed', peer: 'catalog-2' }]);
});

test('a transfer that is stopped tells nothing more and reports nothing', async () => {
  const transfer = await createTransfer({ snapshotChunksInFlight: 1 });
  transfer.sender.start('catalog-2');
  await transfer.nextChunk();
  transfer.sender.stopAll();
  assert.is(await transfer.nextChunk(), undefined);
  assert.equal(transfer.events, []);
  assert.equal(transfer.failures, []);
});

test.run();
